import type { EventFilter } from '../../event/filter'
import { matchesFilter } from '../../event/filter'
import type { EventRecord } from '../../event/record'
import type { EventStore } from '../../platform/event-store'
import { type Key, type LakeNeeds, type LakeQuestion, nextKeys, recordsAt } from './lake-side'

/** A place is where a reading of both stores goes on; of a side that has been read to its end, nothing. */
export interface Place {
  hot?: HotPlace | undefined
  lake?: LakePlace | undefined
}

interface HotPlace {
  cursor?: string | undefined
  /** Nothing of the hot side has been given, and its first page begins at this time, ISO 8601 UTC. */
  beginsAt?: string | undefined
}

interface LakePlace {
  after?: Key | undefined
  /** The next event of the lake happened then, where that is known. */
  nextTime?: string | undefined
}

export const BEGINNING: Place = { hot: {}, lake: {} }

/** An event says which side gave it: of the lake, it has no copy that expires. */
export interface Found {
  record: EventRecord
  isArchived: boolean
}

export interface BothPage {
  items: Found[]
  /** Absent on the last page. */
  next: Place | undefined
}

export interface BothNeeds extends LakeNeeds {
  events: Pick<EventStore, 'query' | 'get'>
}

export interface BothPageRequest {
  limit: number
  maxBytes: number
  sizeOf(record: EventRecord): number
  place: Place
}

// Few look-ups of single events are on their way at a time.
const LOOKED_UP_AT_ONCE = 25

/**
 * Reads a page of the hot store and the lake as if they were one: in the order of `EventStore.query`, where of equal times
 * what lies in the lake arrived earlier. The hot side is what arrived from `question.before` on. A page may be short, even
 * empty, where one side has to be searched further before the next event of both is known.
 * @throws {AppError} `invalid_cursor`, `busy` where the lake does not answer in time
 */
export async function readBoth(
  needs: BothNeeds,
  question: LakeQuestion,
  { limit, maxBytes, sizeOf, place }: BothPageRequest,
): Promise<BothPage> {
  const { order, before } = question
  const { tenantId } = question.viewer
  const hotFilter = { ...question.filter, receivedFrom: before }
  const hot = await readHot()
  // A side that goes on has events that are not known yet: they come before what lies behind its last one.
  const hotEnd = hot.nextCursor === undefined ? undefined : (hot.items.at(-1)?.eventTime ?? NOTHING)
  const { keys, isAll } = await readKeys()
  const wanted = keys.slice(0, limit).filter(({ eventTime }) => isWithin(eventTime, hotEnd))
  const [records, again] = await Promise.all([
    recordsAt(needs, question, wanted, maxBytes),
    givenByHot(wanted),
  ])

  const items: Found[] = []
  let bytes = 0
  let [hotAt, lakeAt] = [0, 0]
  while (items.length < limit) {
    const [warm, key] = [hot.items[hotAt], keys[lakeAt]]
    if (warm === undefined && (hot.nextCursor !== undefined || key === undefined)) break
    if (key === undefined && !isAll) break
    const isHot = key === undefined || (warm !== undefined && isFirst(warm, key))
    if (!isHot && lakeAt === records.length) break
    const record = isHot ? warm : records[lakeAt]
    if (record !== undefined && (isHot || !again.has(key.eventId))) {
      const size = sizeOf(record)
      if (items.length > 0 && bytes + size > maxBytes) break
      bytes += size
      items.push({ record, isArchived: !isHot })
    }
    if (isHot) hotAt += 1
    else lakeAt += 1
  }
  return { items, next: nextPlace() }

  async function readHot(): Promise<Awaited<ReturnType<EventStore['query']>>> {
    if (place.hot === undefined) return { items: [] }
    const { cursor, beginsAt } = place.hot
    const page = { limit, maxBytes, sizeOf, cursor, order, withCursors: true }
    return needs.events.query(tenantId, hotFrom(hotFilter, beginsAt, order), page)
  }

  async function readKeys(): Promise<{ keys: Key[]; isAll: boolean }> {
    if (place.lake === undefined) return { keys: [], isAll: true }
    const { after, nextTime } = place.lake
    // A page of recent events is not worth a question: the lake's next one is known to come later.
    if (nextTime !== undefined && !isWithin(nextTime, hotEnd)) {
      return { keys: [{ eventTime: nextTime, receivedAt: '', eventId: '' }], isAll: false }
    }
    return nextKeys(needs, question, { after, limit: limit + 1 })
  }

  /** Tells whether an event of the hot side comes before one of the lake. */
  function isFirst(warm: EventRecord, key: Key): boolean {
    if (warm.eventTime === key.eventTime) return order === 'desc'
    return warm.eventTime > key.eventTime === (order === 'desc')
  }

  function isWithin(eventTime: string, end: string | undefined): boolean {
    if (end === undefined || end === eventTime) return true
    return end !== NOTHING && eventTime > end === (order === 'desc')
  }

  /** Finds the ids that the hot side gives as well: sent again after the first copy had expired. */
  async function givenByHot(keys: readonly Key[]): Promise<ReadonlySet<string>> {
    const given = new Set<string>()
    for (let at = 0; at < keys.length; at += LOOKED_UP_AT_ONCE) {
      const some = keys.slice(at, at + LOOKED_UP_AT_ONCE)
      await Promise.all(
        some.map(async ({ eventId }) => {
          const record = await needs.events.get(tenantId, eventId)
          if (record !== undefined && matchesFilter(record, hotFilter)) given.add(eventId)
        }),
      )
    }
    return given
  }

  function nextPlace(): Place | undefined {
    const isLakeDone = isAll && lakeAt === keys.length
    const after = lakeAt === 0 ? place.lake?.after : wanted[lakeAt - 1]
    const lake = isLakeDone ? undefined : { after, nextTime: keys[lakeAt]?.eventTime }
    const next = { hot: nextHot(), lake }
    return next.hot === undefined && next.lake === undefined ? undefined : next
  }

  function nextHot(): HotPlace | undefined {
    if (place.hot === undefined) return undefined
    if (hotAt === hot.items.length) {
      return hot.nextCursor === undefined ? undefined : { ...place.hot, cursor: hot.nextCursor }
    }
    if (hotAt > 0) return { ...place.hot, cursor: hot.cursors![hotAt - 1] }
    // Later arrivals that belong before what has been given are none of this reading.
    const last = items.at(-1)?.record.eventTime
    if (place.hot.cursor !== undefined || last === undefined) return place.hot
    return { beginsAt: last }
  }
}

/** Stands for the end of a side that goes on and has given nothing: it may go on anywhere. */
const NOTHING = ''

function hotFrom(
  filter: EventFilter,
  beginsAt: string | undefined,
  order: 'asc' | 'desc',
): EventFilter {
  if (beginsAt === undefined) return filter
  if (order === 'asc') return { ...filter, from: beginsAt }
  return { ...filter, to: new Date(Date.parse(beginsAt) + 1).toISOString() }
}
