import type { EventRecord } from '../../event/record'
import { later } from '../../platform/arrivals'
import type { Clock } from '../../platform/clock'
import type { EventStore } from '../../platform/event-store'
import type { Lake } from '../../platform/lake'
import { oldestArchived } from '../../query/by-arrival/archived'
import { readLake } from '../../query/by-arrival/lake-page'
import type { LakePlace } from '../../query/by-arrival/place'
import { beginAt } from '../../query/by-arrival/walk'

/** Where a rebuild goes on: in the lake, in the order of arrival, or in the log of the hot store. */
export type RebuildPlace =
  | LakePlace
  | { in: 'hot'; from?: string | undefined; after?: string | undefined }

export interface ReadOn {
  records: readonly EventRecord[]
  place: RebuildPlace
  /** It has come to the end of what was stored when it was asked. */
  isAll: boolean
}

export interface WalkNeeds {
  events: Pick<EventStore, 'arrivals'>
  lake: Lake
  clock: Pick<Clock, 'now'>
  hotTtlDays: number
  /** Tells since when what arrived is still shown (`query/hidden.ts`). */
  hiddenBefore(tenantId: string): Promise<string | undefined>
}

// As many events of one state are remembered, by which a page that is read again after a kill is recognised.
const PAGE = 500
const MAX_BYTES = 4 * 1024 * 1024
// A walk has no end of its own: it goes on until it has met the feed.
const NO_END = '9999-12-31T23:59:59.999Z'
// A question of the lake is waited for so long; DuckDB answers within seconds or says that it is busy.
const WAIT_MS = 20_000
const DAY_MS = 24 * 60 * 60 * 1000

/** Makes what reads all that a tenant stored, in the order of arrival: from the lake, and then from the log. */
export function createWalk({ events, lake, clock, hotTtlDays, hiddenBefore }: WalkNeeds) {
  const time = () => ({ now: clock.now(), hotTtlDays })

  function placeAt(at: string): RebuildPlace {
    const place = beginAt(at, NO_END, time())
    return place.in === 'lake' ? { ...place, rows: PAGE } : { in: 'hot', from: at }
  }

  async function inLake(tenantId: string, place: LakePlace): Promise<ReadOn> {
    const shownFrom = await hiddenBefore(tenantId)
    const walk = { tenantId, from: place.from, to: NO_END, at: place.from, percent: 0, place }
    const sized = { ...place, rows: Math.min(place.rows * 2, PAGE) }
    const asked = place.failures === undefined && place.query === undefined ? sized : place
    const bounds = { shownFrom, until: performance.now() + WAIT_MS }
    const page = await readLake(lake, walk, asked, bounds)
    if ('notYet' in page) return { records: [], place: page.notYet, isAll: false }
    const next = page.place as LakePlace
    const place_ = next.from < next.to ? next : placeAt(next.from)
    return { records: page.records, place: place_, isAll: false }
  }

  async function inHot(tenantId: string, place: Extract<RebuildPlace, { in: 'hot' }>) {
    const receivedFrom = later(await hiddenBefore(tenantId), place.from)
    const filter = { ...(receivedFrom && { receivedFrom }), kind: 'event' as const }
    const request = { limit: PAGE, maxBytes: MAX_BYTES, after: place.after, beginsWithin: true }
    const { items, next, isAll } = await events.arrivals!(tenantId, filter, request)
    return { records: items, place: { ...place, after: next }, isAll }
  }

  return {
    /** Finds where the oldest event of a tenant is. @throws {AppError} `busy` */
    async begin(tenantId: string): Promise<{ place: RebuildPlace; from: string }> {
      const oldest = await oldestArchived(lake, tenantId)
      const now = clock.now().toISOString()
      // The log has what is not in the lake yet, and its oldest is read first.
      if (oldest === undefined) return { place: { in: 'hot' }, from: now }
      const place = placeAt(oldest)
      return { place: place.in === 'hot' ? { in: 'hot' } : place, from: oldest }
    },

    /**
     * Reads some more.
     * @param at all that arrived before then was read
     * @throws {AppError} `busy`, or when the lake cannot be read
     */
    async on(tenantId: string, place: RebuildPlace, at: string): Promise<ReadOn> {
      if (place.in === 'lake') return inLake(tenantId, place)
      // A rebuild that lay still may have lost its place: what expired is read from the lake.
      const heldFrom = new Date(clock.now().getTime() - hotTtlDays * DAY_MS).toISOString()
      if (place.after !== undefined && at < heldFrom) return { ...nothing, place: placeAt(at) }
      return inHot(tenantId, place)
    },
  }
}

const nothing = { records: [], isAll: false }

export type RebuildWalk = ReturnType<typeof createWalk>
