import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../../error/app-error'
import type { Clock } from '../../platform/clock'
import type { Webhook } from '../../platform/registry/webhooks'
import { beginAt } from '../../query/by-arrival/walk'
import { isOver, type Replay } from './replay'
import type { ReplayStore } from './store'

export interface BeginNeeds {
  store: ReplayStore
  clock: Pick<Clock, 'now'>
  hotTtlDays: number
  /** Tells since when what arrived is still shown (`query/hidden.ts`). */
  hiddenBefore(tenantId: string): Promise<string | undefined>
  /** Tells whoever carries replays on that there is something to do. */
  wake(replay: Replay): Promise<void>
}

export interface Asked {
  /** ISO 8601 UTC with milliseconds. */
  from: string
  /** Now, when left out. */
  to?: string | undefined
  types?: readonly string[] | undefined
  /** Names what asks for it: asked for again, it is the same replay. */
  id?: string | undefined
}

// One after another: two at a time would only take turns before the same receiver.
const MOST_OF_A_WEBHOOK = 1
// A tenant's replays take turns with those of others.
const MOST_OF_A_TENANT = 20
// With all the rest of it, a replay takes less than 8 KB, which a document holds without a blob on AWS.
const MAX_TYPES_BYTES = 2048
// As many that are over are remembered of a webhook, and all of them for 30 days at most.
const MOST_REMEMBERED = 50

/**
 * Begins to send a webhook again what arrived within a time.
 * @throws {AppError} `invalid_request` for what cannot be replayed, `limit_reached`
 */
export async function beginReplay(
  needs: BeginNeeds,
  webhook: Webhook,
  { from, to, types, id }: Asked,
): Promise<Replay> {
  const { store, clock, hotTtlDays } = needs
  const { tenantId, webhookId } = webhook
  const replayId = idOf(webhookId, id)
  const known = id === undefined ? undefined : await store.get({ tenantId, webhookId, replayId })
  if (known !== undefined) {
    if (!isOver(known.replay)) await needs.wake(known.replay)
    return known.replay
  }
  const now = clock.now()
  const until = to === undefined || to > now.toISOString() ? now.toISOString() : to
  await check()
  const before = await store.list(tenantId)
  const own = before.filter((one) => one.webhookId === webhookId)
  const open = before.filter((one) => !isOver(one))
  if (own.filter((one) => !isOver(one)).length >= MOST_OF_A_WEBHOOK) throw alreadyOne()
  if (open.length >= MOST_OF_A_TENANT) {
    throw new AppError('limit_reached', `You have ${open.length} replays that are not over yet.`)
  }

  const startedAt = now.toISOString()
  const replay: Replay = {
    ...{ tenantId, webhookId, replayId, from, to: until, status: 'running', startedAt },
    ...(types && { types: [...types] }),
    ...{ read: 0, matched: 0, queued: 0, at: from, percent: 0, step: 0 },
    place: beginAt(from, until, { now, hotTtlDays }),
  }
  await store.put(replay)
  await oneOnly()
  const over = own.filter(isOver)
  for (const old of over.slice(MOST_REMEMBERED - 1)) await store.remove(old)
  await needs.wake(replay)
  return replay

  async function check() {
    if (from > now.toISOString()) throw invalid('from', 'Must not be in the future')
    if (from >= until) throw invalid('to', 'Must be later than `from`')
    const oldest = await needs.hiddenBefore(tenantId)
    if (oldest !== undefined && until <= oldest) {
      throw invalid('to', `Nothing is held of that time: what arrived before ${oldest} was removed`)
    }
    for (const [at, type] of (types ?? []).entries()) {
      if (webhook.events.includes(type) || webhook.events.includes('*')) continue
      throw invalid(['types', at], 'Its webhook is not sent events of this type')
    }
    const bytes = Buffer.byteLength(JSON.stringify(types ?? []))
    if (bytes > MAX_TYPES_BYTES)
      throw invalid('types', `Must have at most ${MAX_TYPES_BYTES} bytes`)
  }

  /** Sees to it that of two that begin at the same moment, one or none stays. */
  async function oneOnly() {
    const rivals = (await store.list(tenantId, webhookId)).filter((one) => !isOver(one))
    if (rivals.every((rival) => rival.replayId === replayId)) return
    await store.remove(replay)
    throw alreadyOne()
  }
}

/** Ids of 96 bits: none can be guessed, and no two are the same. */
function idOf(webhookId: string, id: string | undefined): string {
  const drawn = id === undefined ? randomBytes(12) : hashOf([webhookId, id]).subarray(0, 12)
  return `rpl_${drawn.toString('hex')}`
}

function hashOf(content: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(content)).digest()
}

function alreadyOne(): AppError {
  const detail = 'This webhook has a replay that is not over yet. Wait for its end, or cancel it.'
  return new AppError('limit_reached', detail)
}

function invalid(path: string | (string | number)[], message: string): AppError {
  const errors = [{ path: [path].flat(), message, code: 'invalid_value' }]
  return new AppError('invalid_request', `\`${[path].flat()[0]}\`: ${message}.`, { errors })
}
