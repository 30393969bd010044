import { setTimeout as sleep } from 'node:timers/promises'
import type { EventFilter } from '../../event/filter'
import { later } from '../../platform/arrivals'
import { MINUTE_MS, minuteOf } from '../../platform/type-counts'
import type { Services } from '../../services'
import { after } from './parameters'

interface Asked {
  tenantId: string
  /** The id of the key that asks. */
  by: string
  /** The time is ISO 8601 UTC: what arrived before it is hidden; everything, when left out. */
  before: string | undefined
}

// The archive writes a batch in some seconds; whoever deletes does not wait for a lake that has lain
// for long. What it has not had by then is hidden when it has.
const FLUSH_MS = 10_000

/**
 * Hides events that arrived before a time.
 * @returns how many are no longer counted
 * @throws {StorageError} the same call does the rest
 */
export async function hideEvents(services: Services, asked: Asked): Promise<number> {
  const { platform, hidden, clock, log } = services
  const { tenantId } = asked
  const now = clock.now().toISOString()
  // Records tell moments apart by the millisecond, and this one's are among what is hidden.
  const end = after(now)
  const before = asked.before === undefined || asked.before > now ? undefined : asked.before
  await flushed(services)
  const wasHidden = await hidden.asked(tenantId)
  const time = before ?? end
  await counted(services, tenantId, { before: time, wasHidden })
  // Events that arrive while the archive catches up are neither hidden nor forgotten.
  const share = before === undefined ? 1 : shareOf(before)
  const inSlot = (await countInSlot(services, tenantId, { before: time, wasHidden })) ?? share
  await hidden.hide(tenantId, time)
  const { removed } = await platform.typeCounts.forget(tenantId, { time, inSlot })
  log.info('events were hidden', { tenantId, by: asked.by, before: time, deleted: removed })
  // An event that arrives from now on is shown: a moment later, it bears another millisecond.
  if (clock.now().toISOString() < time) await sleep(2)
  return removed
}

/** Lets the archive have what is stored, so that it can be hidden at once. */
async function flushed({ flush, log }: Services) {
  if (flush === undefined) return
  const waiting = new AbortController()
  const inTime = sleep(FLUSH_MS, undefined, { signal: waiting.signal }).catch(() => {})
  await Promise.race([
    flush().catch((error: Error) => {
      log.warn('the lake has not had everything that is hidden', { reason: error.message })
    }),
    inTime,
  ])
  waiting.abort()
}

// Counts are seconds behind. Of so many that arrived last, each part of the feed brings some.
const LAST = 100
const POLL_MS = 200

/** Waits until what is stored is counted, where the feed brings it to whoever counts. */
async function counted(
  { platform: { events, typeCounts }, clock, log }: Services,
  tenantId: string,
  { before, wasHidden }: { before: string; wasHidden: string | undefined },
) {
  if (typeCounts.areCounted === undefined) return
  const from = new Date(clock.now().getTime() - MINUTE_MS).toISOString()
  const receivedFrom = later<string | undefined>(from, wasHidden)
  const filter: EventFilter = { kind: 'event', receivedFrom, receivedTo: before }
  const { items } = await events.latest(tenantId, filter, { limit: LAST })
  const end = performance.now() + FLUSH_MS
  while (!(await typeCounts.areCounted(items))) {
    if (performance.now() > end) return log.warn('events are hidden that are not counted yet', {})
    await sleep(POLL_MS)
  }
}

// Counting what arrived in a part of a minute reads it: so many pages of a thousand events, which
// is some seconds. Of more than that, the share of the time is taken for the share of the events.
const PAGES = 50
const LIMIT = 1000

/** Returns the share of the minute of a time that lies before it. */
function shareOf(time: string): number {
  return (Date.parse(time) % MINUTE_MS) / MINUTE_MS
}

/**
 * Counts by type what arrived in the minute of a time, before it.
 * @returns undefined where it is too much to be counted
 */
async function countInSlot(
  { platform }: Services,
  tenantId: string,
  { before, wasHidden = '' }: { before: string; wasHidden: string | undefined },
): Promise<Map<string, number> | undefined> {
  const begin = `${minuteOf(before)}:00.000Z`
  const counts = new Map<string, number>()
  const receivedFrom = begin > wasHidden ? begin : wasHidden
  if (receivedFrom >= before) return counts
  const filter: EventFilter = { kind: 'event', receivedFrom, receivedTo: before }
  let cursor: string | undefined
  for (let pages = 0; pages < PAGES; pages += 1) {
    const { items, nextCursor } = await platform.events.latest(tenantId, filter, {
      ...{ limit: LIMIT, cursor },
    })
    for (const { type } of items) counts.set(type, (counts.get(type) ?? 0) + 1)
    cursor = nextCursor
    if (cursor === undefined) return counts
  }
  return undefined
}
