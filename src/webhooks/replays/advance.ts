import { setImmediate as rest } from 'node:timers/promises'
import { subjectOf } from '../../event/conditions/subject'
import { isAuditRecord } from '../../event/own'
import type { EventRecord } from '../../event/record'
import type { Clock } from '../../platform/clock'
import type { DeliveryLog } from '../../platform/delivery-log'
import type { DeliveryQueue, Outgoing } from '../../platform/delivery-queue'
import type { EventStore } from '../../platform/event-store'
import type { Lake } from '../../platform/lake'
import type { Registry } from '../../platform/registry'
import type { Webhook } from '../../platform/registry/webhooks'
import { oldestArchived } from '../../query/by-arrival/archived'
import { readHot } from '../../query/by-arrival/hot-page'
import { type NotYet, readLake } from '../../query/by-arrival/lake-page'
import type { Page } from '../../query/by-arrival/page'
import type { Place } from '../../query/by-arrival/place'
import { beginAt, percentAt, placeNow } from '../../query/by-arrival/walk'
import { outgoingOf } from '../choosing/outgoing'
import { wants } from '../choosing/subscription'
import { justReadFrom } from './just-read'
import { ended, isOver, type Replay, type Whose } from './replay'
import type { ReplayStore, StoredReplay } from './store'

export interface AdvanceNeeds {
  store: ReplayStore
  registry: Pick<Registry, 'webhooks'>
  events: Pick<EventStore, 'query' | 'arrivals'>
  lake: Lake
  deliveries: Pick<DeliveryQueue, 'enqueue'> & Pick<DeliveryLog, 'backlog'>
  clock: Clock
  hotTtlDays: number
  /** Tells since when what arrived is still shown (`query/hidden.ts`). */
  hiddenBefore(tenantId: string): Promise<string | undefined>
}

/**
 * `more`: go on at once. `soon`: its receiver has enough to do, or the lake has. `later`: its webhook
 * is disabled. `over`: there is nothing left to do, or it is paused.
 */
export type Advanced = 'more' | 'soon' | 'later' | 'over'

/**
 * Takes a replay one page further. The same page may be taken twice, after a crash or by two
 * processes at once: its deliveries have the same ids, and are there once.
 * @param waitMs waits so long for the lake
 * @throws {StorageError} that waiting helps against
 */
export type Advance = (whose: Whose, waitMs: number) => Promise<Advanced>

// So many deliveries of a webhook wait at most before more are made of a replay: what is new is not
// to wait for hours behind what is old, and a pause or a cancel is to show.
const MOST_AHEAD = 200

// So many messages are made of a page, as long as its events are not many more.
const MESSAGES = 100
const MOST_EVENTS = 1000
const USUAL_EVENTS = 100

export function createAdvance(needs: AdvanceNeeds): Advance {
  const { store, registry, deliveries, clock, events } = needs

  return async function advance(whose, waitMs) {
    const found = await store.get(whose)
    if (found === undefined) return 'over'
    const { replay } = found
    if (isOver(replay) || replay.status === 'paused') return 'over'
    const webhook = await registry.webhooks.get(whose.tenantId, whose.webhookId)
    if (webhook === undefined) {
      const gone = ended(replay, 'cancelled', clock.now(), 'Its webhook was deleted.')
      await store.put(gone, found)
      return 'over'
    }
    if (!webhook.enabled) {
      const reason = 'Its webhook is disabled.'
      if (replay.status !== 'waiting')
        await store.put({ ...replay, status: 'waiting', reason }, found)
      return 'later'
    }
    const { pending, held } = await deliveries.backlog(whose.tenantId, whose.webhookId)
    if (pending + held >= MOST_AHEAD) return 'soon'
    return turnPage(found, webhook, waitMs)
  }

  async function turnPage(
    found: StoredReplay,
    webhook: Webhook,
    waitMs: number,
  ): Promise<Advanced> {
    const { reason: _, ...replay } = found.replay
    const page = await read(replay, webhook, waitMs)
    if ('notYet' in page) {
      await note(found, { ...replay, status: 'running', place: page.notYet })
      return 'soon'
    }
    const wanted = await wantedOf(webhook, replay, page.records)
    if (page.isArchived) justReadFrom(needs.lake).add(wanted)
    const made = deliveriesTo(webhook, replay, page, wanted)
    await deliveries.enqueue(made)
    const next: Replay = {
      ...replay,
      status: 'running',
      read: replay.read + countSent(page.records, wanted),
      matched: replay.matched + wanted.length,
      queued: replay.queued + made.length,
      at: page.at,
      percent: page.percent ?? percentAt(replay, page.at),
    }
    const place = restOf(next, page)
    if (place !== undefined) {
      await note(found, { ...next, place })
      return 'more'
    }
    const gone = page.isArchived && next.read === 0 ? await goneFor(next) : undefined
    const now = clock.now()
    await note(found, gone ? ended(next, 'failed', now, gone) : ended(next, 'done', now))
    return 'over'
  }

  /** Says that nothing is held of a time that is as long ago; undefined where nothing came then. */
  async function goneFor({ tenantId, to }: Replay): Promise<string | undefined> {
    const oldest = await oldestArchived(needs.lake, tenantId)
    if (oldest === undefined || oldest < to) return undefined
    return `Nothing is held of that time: the oldest event of the lake arrived at ${oldest}.`
  }

  function read(replay: Replay, webhook: Webhook, waitMs: number): Promise<Page | NotYet> {
    return readAt(placeOf(replay, webhook))

    async function readAt(place: Place): Promise<Page | NotYet> {
      const shownFrom = await needs.hiddenBefore(replay.tenantId)
      if (place.in === 'hot') {
        return readHot({ events }, replay, place, { limit: eventsOf(webhook), shownFrom })
      }
      const until = performance.now() + waitMs
      return readLake(needs.lake, replay, place, { shownFrom, until })
    }
  }

  function placeOf(replay: Replay, webhook: Webhook): Place {
    const hasOrder = events.arrivals !== undefined
    const place = placeNow(replay, { now: clock.now(), hotTtlDays: needs.hotTtlDays, hasOrder })
    if (place.in === 'hot' || place.query !== undefined || place.failures !== undefined)
      return place
    // After a question that failed they grow again, step by step.
    const most = eventsOf(webhook)
    return { ...place, rows: Math.min((place.rows || most) * 2, most) }
  }

  /** Returns where a page's replay goes on. @returns undefined when nothing is left */
  function restOf(replay: Replay, { place, at }: Page): Place | undefined {
    if (place === undefined || place.in === 'hot' || place.from < place.to) return place
    if (at >= replay.to) return undefined
    return beginAt(at, replay.to, { now: clock.now(), hotTtlDays: needs.hotTtlDays })
  }

  function deliveriesTo(
    webhook: Webhook,
    { replayId }: Replay,
    { records }: Page,
    wanted: readonly EventRecord[],
  ): Outgoing[] {
    const enqueuedAt = clock.now().toISOString()
    // Hot copies may expire before the last attempt: the lake has all of them.
    const times = records.map(({ receivedAt }) => receivedAt).toSorted()
    const archived = times.length > 0 && { from: times[0]!, to: times.at(-1)! }
    const cutting = { enqueuedAt, replayId, ...(archived && { archived }) }
    return outgoingOf(webhook, wanted, cutting)
  }

  /**
   * Stores how far a replay is. Somebody who paused or cancelled it meanwhile has changed nothing but
   * its status, which stays as they said. Of two processes that advance it, one is the first.
   */
  async function note({ replay: was, etag }: StoredReplay, next: Replay): Promise<void> {
    if (await store.put(next, { replay: was, etag })) return
    const now = await store.get(was)
    if (now === undefined || JSON.stringify(now.replay.place) !== JSON.stringify(was.place)) return
    if (now.replay.read !== was.read || now.replay.at !== was.at) return
    const { status, reason, finishedAt, step } = now.replay
    const isKept = isOver(now.replay) || (status === 'paused' && !isOver(next))
    await store.put(isKept ? { ...next, status, reason, finishedAt, step } : { ...next, step }, now)
  }
}

/** So many events make a page: with small messages fewer, so that it makes no more than some. */
function eventsOf({ batch, ordered }: Webhook): number {
  if (ordered) return MESSAGES
  return Math.min((batch?.maxEvents ?? USUAL_EVENTS) * MESSAGES, MOST_EVENTS)
}

// Filters of two hundred parts take half a millisecond with so many records.
const STEP = 50

/** Finds what a webhook is sent of these records; other work has its turn in between. */
async function wantedOf(
  webhook: Webhook,
  { types }: Pick<Replay, 'types'>,
  records: readonly EventRecord[],
): Promise<EventRecord[]> {
  const wanted: EventRecord[] = []
  for (const [at, record] of records.entries()) {
    if (at % STEP === 0) await rest()
    if (types !== undefined && !types.includes(record.type)) continue
    if (wants(webhook, subjectOf(record))) wanted.push(record)
  }
  return wanted
}

/** Counts what was read, without entries of the audit trail that the webhook does not ask for. */
function countSent(records: readonly EventRecord[], wanted: readonly EventRecord[]): number {
  const audit = records.filter(isAuditRecord)
  if (audit.length === 0) return records.length
  const asked = new Set(wanted)
  return records.length - audit.filter((one) => !asked.has(one)).length
}
