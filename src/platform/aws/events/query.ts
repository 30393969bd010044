import { AppError } from '../../../error/app-error'
import {
  type EventFilter,
  indexedFields,
  matchesFilter,
  questionOf,
  residualFields,
} from '../../../event/filter'
import type { EventRecord } from '../../../event/record'
import type { QueriedPage, QueryPageRequest } from '../../event-store'
import { MAX_BYTES_IN_VAIN, rawBytes, roomOf } from '../../shared/page-bytes'
import type { TokenSigner } from '../../shared/page-token'
import type { IndexName } from '../deployed/resources'
import { inOrder } from './in-order'
import type { createItems } from './item'
import { partitionsOf, serves } from './keys'
import { atOneMoment, committedOf, type OutcomesOf } from './outcomes'
import { arrivalIn, FIRST, LAST, type Place, startOf } from './place'
import { readItems } from './read'
import type { EventTable } from './write'

interface Source extends EventTable {
  indexes: readonly IndexName[]
  items: ReturnType<typeof createItems>
  outcomesOf: OutcomesOf
  tokens: TokenSigner
  now: number
}

// The index that finds fewest comes first: a session has some dozens of events, a type as many as
// there are.
const preferred = ['session', 'actor', 'object', 'group', 'type'] as const satisfies IndexName[]

// An index finds by one field, what else is asked for is compared. A page looks at no more events
// than these, which takes about a second and costs 0.1 cents; then it is given as it is, with a
// cursor.
const MAX_LOOKED_AT = 4000
// An item has up to 400 KB, and its size is not known before it is read: the first turn reads 20 MB
// at most, each later one twice as many items as long as they are small, up to what is read in
// parallel.
const FIRST_TURN = 50
const LONGEST_TURN = 400
// The items of a turn may have so many bytes in the table, going by those of the turn before.
const TURN_BYTES = 16 * 1024 * 1024
// A place says when its event was stored, which is after it arrived, by a clock that is put right by
// less than this meanwhile. What arrived too early is not read, and an entry costs a tenth of an item.
const CLOCK_SLACK_MS = 1000
const ENTRIES_AN_ITEM = 10

export async function queryEvents(
  source: Source,
  tenantId: string,
  filter: EventFilter,
  page: QueryPageRequest,
): Promise<QueriedPage> {
  const { indexes, tokens, items: packed, now } = source
  const { order = 'desc' } = page
  const asked = questionOf(tenantId, filter)
  const question = order === 'asc' ? `asc ${asked}` : asked
  const beginning = order === 'asc' ? FIRST : LAST
  let after = page.cursor === undefined ? beginning : tokens.read<Place>(page.cursor, question)
  const index = indexFor(filter, indexes)
  const [start, end] = [filter.from && startOf(filter.from), filter.to && startOf(filter.to)]
  const [from = FIRST, before = LAST] =
    order === 'asc'
      ? [[start ?? FIRST, after].toSorted()[1], end]
      : [start, [end ?? LAST, after].toSorted()[0]]
  const cursors = page.withCursors ? ([] as string[]) : undefined
  const all = () => ({ items, ...(cursors && { cursors }) })
  const items: EventRecord[] = []
  if (from >= before) return all()

  const partitions = partitionsOf(tenantId, index, filter)
  const next = inOrder(source, { index, partitions, from, before, order })
  const earliest =
    filter.receivedFrom === undefined ? 0 : Date.parse(filter.receivedFrom) - CLOCK_SLACK_MS
  const outcomesOf = atOneMoment(source.outcomesOf)
  const { sizeOf = rawBytes } = page
  const room = roomOf(page)
  const endAt = (place: Place) => ({ ...all(), nextCursor: tokens.issue(place, question) })
  let lookedAt = 0
  let bytesInVain = 0
  let turn = Math.min(page.limit + 1, FIRST_TURN)
  while (lookedAt < MAX_LOOKED_AT && bytesInVain < MAX_BYTES_IN_VAIN) {
    const wanted = Math.min(turn, MAX_LOOKED_AT - lookedAt)
    const entries = await next(wanted)
    const late = entries.filter(({ place }) => arrivalIn(place) >= earliest)
    const keys = late.map(({ key }) => key)
    const held = await committedOf(await readItems(source, keys), outcomesOf)
    let bytes = 0
    for (const { key, place } of late) {
      // It may be that nothing of what follows fits, and the next page is empty.
      if (room.isFull()) return endAt(after)
      const item = held.get(key)
      bytes += item?.b?.B?.length ?? 0
      // Items are unpacked one by one: what is packed may be a tenth of what it becomes, and the
      // page may be full.
      const record = item && (await packed.toRecord(item))
      if (record && isWanted(record, { tenantId, filter, now })) {
        if (!room.take(sizeOf(record))) return endAt(after)
        items.push(record)
        cursors?.push(tokens.issue(place, question))
      } else {
        bytesInVain += record?.raw.length ?? 0
      }
      after = place
    }
    after = entries.at(-1)?.place ?? after
    lookedAt += late.length + Math.ceil((entries.length - late.length) / ENTRIES_AN_ITEM)
    if (entries.length < wanted) return all()
    const affordable = Math.floor((TURN_BYTES * Math.max(late.length, 1)) / Math.max(bytes, 1))
    turn = Math.max(1, Math.min(turn * 2, LONGEST_TURN, affordable))
  }
  return endAt(after)
}

/**
 * Tells whether a record is neither expired, nor one that only shares a hash or one field with what
 * is asked for.
 */
function isWanted(
  record: EventRecord,
  { tenantId, filter, now }: { tenantId: string; filter: EventFilter; now: number },
): boolean {
  if (record.tenantId !== tenantId || !matchesFilter(record, filter)) return false
  return Date.parse(record.expiresAt) > now
}

/**
 * Chooses the index.
 * @throws {AppError} `invalid_request` when this deployment has no index that helps
 */
export function indexFor(filter: EventFilter, indexes: readonly IndexName[]): IndexName {
  const best = preferred.find((index) => indexes.includes(index) && serves(index, filter))
  if (best !== undefined) return best
  if (indexes.includes('time')) return 'time'
  const asked = [...indexedFields, ...residualFields]
  const fields = asked.filter((field) => filter[field] !== undefined)
  const useful = [...preferred.filter((index) => serves(index, filter)), 'time']
  const message = `This deployment keeps no index for that: it needs a NONIUS_INDEX_PROFILE with one of ${useful.join(', ')}`
  const named = filter.where === undefined ? fields : [...fields, 'filter']
  const errors = named.map((field) => ({ path: [field], message, code: 'no_index' }))
  throw new AppError('invalid_request', `${message}.`, { errors })
}
