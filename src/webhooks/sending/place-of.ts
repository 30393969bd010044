import type { Clock } from '../../platform/clock'
import type { Webhook, Webhooks } from '../../platform/registry/webhooks'
import type { WebhookClaims } from '../../platform/webhook-claims'
import { usual } from '../usual'
import { createPlaces } from './places'

interface Whose {
  tenantId: string
  webhookId: string
}

/**
 * Asks for a place for one of a webhook's deliveries, where no one process has the queue to itself.
 * @returns a function that leaves it, or in how many milliseconds to ask again
 */
export type PlaceOf = (whose: Whose) => Promise<(() => Promise<void>) | number>

// A changed setting takes effect within so long, as those of keys and sources do.
const REMEMBERED_MS = 5000
const MAX_REMEMBERED = 1000

// A place that another attempt has is free once that one ends, mostly within a second.
const AGAIN_MS = 1000

// Receivers answer within some tens of milliseconds. One that takes longer keeps the others of its batch waiting.
const SLOW_MS = 1000

interface Known {
  until: number
  webhook: Webhook | undefined
  /** If true, it is slow or fails: it has its places in all processes together. */
  isDoubted: boolean
}

/**
 * Keeps one process to the places and the pace that webhooks ask for. Others keep to theirs; a webhook that is slow,
 * or fails, has its places in all of them together, so that it takes the calls of nobody else.
 */
export function createPlaceOf(needs: {
  registry: { webhooks: Pick<Webhooks, 'get'> }
  /** Left out, nothing is shared. */
  claims?: WebhookClaims
  clock: Pick<Clock, 'monotonic'>
}): PlaceOf {
  const { registry, claims, clock } = needs
  // A process comes and goes, with few at a time.
  const places = createPlaces({ now: clock.monotonic, isTrusting: true })
  const known = new Map<string, Known>()

  async function learn(whose: Whose): Promise<Known> {
    const { tenantId, webhookId } = whose
    const at = clock.monotonic()
    const found = known.get(webhookId)
    if (found !== undefined && found.until > at) return found
    const [webhook, isSlow] = await Promise.all([
      registry.webhooks.get(tenantId, webhookId),
      claims?.isSlow(whose) ?? false,
    ])
    const isDoubted = isSlow || webhook?.health?.failingSince !== undefined
    const learned = { until: at + REMEMBERED_MS, webhook, isDoubted }
    known.delete(webhookId)
    known.set(webhookId, learned)
    if (known.size > MAX_REMEMBERED) known.delete(known.keys().next().value!)
    places.learn([...known.values()].flatMap(({ webhook: one }) => one ?? []))
    return learned
  }

  /** Has others know of an attempt that takes long, while it does. @returns what is called when it has ended */
  function watch(whose: Whose): () => Promise<void> {
    let noted: Promise<void> | undefined
    const timer = setTimeout(() => {
      const found = known.get(whose.webhookId)
      if (found !== undefined) found.isDoubted = true
      // Nobody waits longer than for the attempt; whoever meets it next notes it again.
      noted = claims?.noteSlow(whose).catch(() => {})
    }, SLOW_MS)
    return async () => {
      clearTimeout(timer)
      await noted
    }
  }

  return async function placeOf(whose) {
    const { webhookId } = whose
    const { webhook, isDoubted } = await learn(whose)
    const leave = places.take(whose)
    if (leave === undefined) return places.waitMs(webhookId) || AGAIN_MS
    let giveBack: (() => Promise<void>) | undefined
    if (claims !== undefined && isDoubted) {
      const { maxConcurrent = usual.maxConcurrent } = webhook ?? {}
      try {
        giveBack = await claims.take(whose, maxConcurrent)
      } catch (error) {
        leave(true)
        throw error
      }
      if (giveBack === undefined) {
        leave(true)
        return AGAIN_MS
      }
    }
    const ended = watch(whose)
    return async () => {
      leave()
      await ended()
      // One that is not given back ends by itself.
      await giveBack?.().catch(() => {})
    }
  }
}
