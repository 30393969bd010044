import { AppError } from '../../../error/app-error'
import { type EventFilter, indexedFields, matchesFilter } from '../../../event/filter'
import type { EventRecord } from '../../../event/record'
import type { Page, PageRequest } from '../../event-store'
import type { TokenSigner } from '../../shared/page-token'
import type { IndexName } from '../resources'
import type { createItems } from './item'
import { partitionsOf, serves } from './keys'
import { type Entry, newestFirst } from './newest'
import { FIRST, LAST, type Place, startOf } from './place'
import { readItems } from './read'
import type { EventTable } from './write'

interface Source extends EventTable {
  indexes: readonly IndexName[]
  items: ReturnType<typeof createItems>
  tokens: TokenSigner
  now: number
}

// What finds fewest first: a session has some dozens of events, a type as many as there are.
const preferred = ['session', 'actor', 'object', 'group', 'type'] as const satisfies IndexName[]

// An index finds by one field, what else is asked for is compared. A page looks at no more events
// than these, which takes about a second and costs 0.1 cents; then it is given as it is, with a cursor.
const MAX_LOOKED_AT = 4000
// When few fit, each turn looks at as many as all before it, up to what is read in parallel.
const LONGEST_TURN = 400

interface Found {
  place: Place
  record: EventRecord
}

export async function queryEvents(
  source: Source,
  tenantId: string,
  filter: EventFilter,
  page: PageRequest,
): Promise<Page<EventRecord>> {
  const { indexes, tokens } = source
  const question = JSON.stringify([tenantId, Object.entries(filter).sort()])
  const after = page.cursor === undefined ? LAST : tokens.read<Place>(page.cursor, question)
  const index = indexFor(filter, indexes)
  const from = filter.from === undefined ? FIRST : startOf(filter.from)
  const to = filter.to === undefined ? LAST : startOf(filter.to)
  const before = [after, to].toSorted()[0]!
  if (from >= before) return { items: [] }

  const partitions = partitionsOf(tenantId, index, filter)
  const next = newestFirst(source, { index, partitions, from, before })
  const found: Found[] = []
  let lookedAt = 0
  let last: Place | undefined
  while (found.length <= page.limit && lookedAt < MAX_LOOKED_AT) {
    const missing = page.limit + 1 - found.length
    const turn = Math.max(missing, Math.min(lookedAt, LONGEST_TURN))
    const wanted = Math.min(turn, MAX_LOOKED_AT - lookedAt)
    const entries = await next(wanted)
    found.push(...(await recordsOf(source, tenantId, filter, entries)))
    lookedAt += entries.length
    last = entries.length < wanted ? undefined : entries.at(-1)!.place
    if (last === undefined) break
  }

  const shown = found.slice(0, page.limit)
  const end = found.length > page.limit ? shown.at(-1)!.place : last
  const items = shown.map(({ record }) => record)
  return end === undefined ? { items } : { items, nextCursor: tokens.issue(end, question) }
}

/** What the entries stand for, without what has expired and what only shares a hash or one field. */
async function recordsOf(
  { now, items, ...table }: Source,
  tenantId: string,
  filter: EventFilter,
  entries: readonly Entry[],
): Promise<Found[]> {
  const held = await readItems(
    table,
    entries.map(({ key }) => key),
  )
  const found: Found[] = []
  for (const { key, place } of entries) {
    const item = held.get(key)
    const record = item && (await items.toRecord(item))
    if (record?.tenantId !== tenantId || !matchesFilter(record, filter)) continue
    if (Date.parse(record.expiresAt) > now) found.push({ place, record })
  }
  return found
}

/** @throws {AppError} `invalid_request` when this deployment has no index that helps */
export function indexFor(filter: EventFilter, indexes: readonly IndexName[]): IndexName {
  const best = preferred.find((index) => indexes.includes(index) && serves(index, filter))
  if (best !== undefined) return best
  if (indexes.includes('time')) return 'time'
  const fields = indexedFields.filter((field) => filter[field] !== undefined)
  const useful = [...preferred.filter((index) => serves(index, filter)), 'time']
  const message = `This deployment keeps no index for that: it needs a NONIUS_INDEX_PROFILE with one of ${useful.join(', ')}`
  const errors = fields.map((field) => ({ path: [field], message, code: 'no_index' }))
  throw new AppError('invalid_request', `${message}.`, { errors })
}
