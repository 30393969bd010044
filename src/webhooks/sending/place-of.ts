import type { Clock } from '../../platform/clock'
import type { Webhooks } from '../../platform/registry/webhooks'
import { createPlaces } from './places'

/**
 * Asks for a place for one of a webhook's deliveries, where no one process has the queue to itself.
 * @returns a function that leaves it, or in how many milliseconds to ask again
 */
export type PlaceOf = (whose: {
  tenantId: string
  webhookId: string
}) => Promise<(() => void) | number>

// A changed setting takes effect within so long, as those of keys and sources do.
const REMEMBERED_MS = 5000
const MAX_REMEMBERED = 1000

// A place that another attempt has is free once that one ends, mostly within a second.
const AGAIN_MS = 1000

/** Keeps one process to the places and the pace that webhooks ask for. Others keep to theirs. */
export function createPlaceOf(needs: {
  registry: { webhooks: Pick<Webhooks, 'get'> }
  clock: Pick<Clock, 'monotonic'>
}): PlaceOf {
  const { registry, clock } = needs
  // A process comes and goes, with few at a time.
  const places = createPlaces({ now: clock.monotonic, isTrusting: true })
  const known = new Map<string, { until: number; webhook: Awaited<ReturnType<Webhooks['get']>> }>()

  async function learn(tenantId: string, webhookId: string) {
    const at = clock.monotonic()
    const found = known.get(webhookId)
    if (found !== undefined && found.until > at) return
    const webhook = await registry.webhooks.get(tenantId, webhookId)
    known.delete(webhookId)
    known.set(webhookId, { until: at + REMEMBERED_MS, webhook })
    if (known.size > MAX_REMEMBERED) known.delete(known.keys().next().value!)
    places.learn([...known.values()].flatMap(({ webhook: one }) => one ?? []))
  }

  return async function placeOf({ tenantId, webhookId }) {
    await learn(tenantId, webhookId)
    const leave = places.take({ tenantId, webhookId })
    return leave ?? (places.waitMs(webhookId) || AGAIN_MS)
  }
}
