import type { EventFilter } from '../../../event/filter'
import { indexedFields, matchesFilter, questionOf, residualFields } from '../../../event/filter'
import type { EventRecord } from '../../../event/record'
import type { QueriedPage, QueryPageRequest } from '../../event-store'
import { MAX_BYTES_IN_VAIN, rawBytes, roomOf } from '../../shared/page-bytes'
import type { TokenSigner } from '../../shared/page-token'
import type { Turns } from '../../turns'
import { isStoredBefore, storedFromOf } from './block-arrivals'
import type { EventKeys } from './event-keys'
import type { EventLog } from './event-log'
import { type Conditions, firstPlacesIn } from './event-scan'
import { CAPACITY } from './generation'
import type { Place } from './places'
import { readingAhead } from './read-ahead'

export interface QueriedStore {
  log: EventLog
  keys: EventKeys
  tokens: TokenSigner
  turns: Turns
  /** The time is in ms since 1970. */
  now: number
}

// Hashes only propose, and expired records are there until their generation goes. So many records
// are looked at in vain, a second of one reader in slices; then a page is given as it is, with a
// cursor.
export const MAX_IN_VAIN = 4000

// An eighth of what may be looked at in vain: a page is at most eight searches.
const FEWEST_PLACES = 500

export async function queryLog(
  { log, keys, tokens, turns, now }: QueriedStore,
  tenantId: string,
  filter: EventFilter,
  page: QueryPageRequest,
): Promise<QueriedPage> {
  const { order = 'desc' } = page
  const asked = questionOf(tenantId, filter)
  const question = order === 'asc' ? `asc ${asked}` : asked
  let after = page.cursor === undefined ? undefined : tokens.read<Place>(page.cursor, question)
  const { sizeOf = rawBytes } = page
  const room = roomOf(page)
  const items: EventRecord[] = []
  const cursors = page.withCursors ? ([] as string[]) : undefined
  let inVain = 0
  let bytesInVain = 0

  const turn = turns.begin(tenantId)
  await turn.next()
  const spans = log.newestFirst().map((generation) => {
    const { base, index } = generation
    const isTooOld = isStoredBefore(generation, storedFromOf(filter))
    return { base, index, count: index.count, isTooOld }
  })
  const search = {
    order,
    conditions: conditionsOf(keys, tenantId, filter),
    from: filter.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(filter.from),
    to: filter.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(filter.to),
  }
  const endAt = (place: Place | undefined) =>
    place === undefined ? all() : { ...all(), nextCursor: tokens.issue(place, question) }
  const all = () => ({ items, ...(cursors && { cursors }) })

  // Searching for the next places costs about as much for many as for one: where most of them may
  // not fit, few are not searched for at a time.
  const isResidual =
    filter.where !== undefined || residualFields.some((field) => filter[field] !== undefined)
  const fewest = isResidual ? FEWEST_PLACES : 1

  for (;;) {
    // One more than asked for says whether there is a next page.
    const wanted = Math.max(page.limit + 1 - items.length, fewest)
    const places = await firstPlacesIn(spans, { ...search, wanted, after }, turn)
    // Reading the first rows takes most of a slice.
    if (turn.isOver()) await turn.next()
    const positions = places.map(([, position]) => position)
    const beforeReading = readingAhead(log, positions)
    for (const [at, place] of places.entries()) {
      const unpacking = beforeReading(at)
      if (unpacking) await unpacking
      if (turn.isOver()) await turn.next()
      // Perhaps nothing of what follows fits, and the next page is empty.
      if (at > 0 && room.isFull()) return endAt(after)
      const record = readAt(log, place)
      if (record?.tenantId === tenantId && fits(record, filter, now)) {
        if (!room.take(sizeOf(record))) return endAt(after)
        items.push(record)
        cursors?.push(tokens.issue(place, question))
      } else {
        inVain += 1
        bytesInVain += record?.raw.length ?? 0
      }
      after = place
      if (inVain >= MAX_IN_VAIN || bytesInVain >= MAX_BYTES_IN_VAIN) return endAt(after)
    }
    if (places.length < wanted) return all()
  }
}

export function fits(record: EventRecord, filter: EventFilter, now: number): boolean {
  return matchesFilter(record, filter) && Date.parse(record.expiresAt) > now
}

/**
 * Reads a record.
 * @returns undefined when it has expired meanwhile, and went with its generation
 */
function readAt(log: EventLog, [, position]: Place): EventRecord | undefined {
  const number = Math.floor(position / CAPACITY)
  const generation = log.newestFirst().find((one) => one.number === number)
  return generation?.read(position - generation.base)
}

export function conditionsOf(keys: EventKeys, tenantId: string, filter: EventFilter): Conditions {
  const kinds = filter.kind === undefined ? (['event', 'entity'] as const) : [filter.kind]
  const scope = kinds.map((kind) => keys.scope(tenantId, kind))
  const fields = indexedFields.filter((field) => filter[field] !== undefined)
  // Fields come first: they rule out more than the tenant does.
  const each = [
    ...fields.map((field) => ({ column: field, anyOf: [keys.value(filter[field])] })),
    { column: 'scope' as const, anyOf: scope },
  ]
  const hashed = (ids: readonly string[]) => new Set(ids.map((id) => keys.value(id)))
  const some = (filter.whose ?? []).map(({ groups, actorIds }) =>
    [
      { columns: ['actorId', 'memberId'] as const, anyOf: hashed(actorIds) },
      { columns: ['courseId', 'groupId'] as const, anyOf: hashed(groups) },
    ].filter(({ anyOf }) => anyOf.size > 0),
  )
  return { each, some }
}
