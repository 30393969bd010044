import { AppError } from '../../error/app-error'
import type { Condition } from '../../event/condition'
import { type EventFilter, matchesFilter } from '../../event/filter'
import type { EventRecord } from '../../event/record'
import type { Viewer } from '../../identity/viewer'
import type { BlobStore } from '../../platform/blob-store'
import { sqlAll, sqlFilter, sqlHolding } from '../../query/condition-sql'
import { recordOf, SELECT_RECORDS } from '../../query/lake-records'
import { conditionOf, sqlInstant } from '../../query/narrowing'
import { beyondVisible } from '../../query/visible'
import { wholeOf } from '../../query/whole-record'
import { sqlText } from '../../syntax/sql'
import { type AskNeeds, askAs } from '../ask'

export type Order = 'asc' | 'desc'

/** A key says where an event of the lake stands: by its time, of equal times by its arrival, then by its id. */
export interface Key {
  eventTime: string
  receivedAt: string
  eventId: string
}

export interface LakeNeeds extends AskNeeds {
  blobs: Pick<BlobStore, 'get'>
}

export interface LakeQuestion {
  viewer: Viewer
  filter: EventFilter
  /** The condition that `filter.where` asks, where it was given in the language of conditions. */
  condition: Condition | undefined
  order: Order
  /** Only what arrived before then. */
  before: string
  signal?: AbortSignal | undefined
}

// A door waits no longer: API Gateway answers for us after thirty seconds. The two questions of a page share them.
const QUESTION_MS = 12_000
// Athena takes 262,144 bytes of SQL. A quote is doubled, and a character has up to three bytes for each UTF-16 unit.
const MOST_SQL_BYTES = 128 * 1024

/**
 * Finds where the next events stand that may be asked for, in order.
 * @param limit so many rows are looked at
 */
export async function nextKeys(
  needs: LakeNeeds,
  question: LakeQuestion,
  { after, limit }: { after: Key | undefined; limit: number },
): Promise<{ keys: Key[]; isAll: boolean }> {
  const { viewer, filter, condition, order, before } = question
  const direction = order === 'asc' ? 'ASC' : 'DESC'
  const where = sqlAll([
    conditionOf({ to: before }),
    filter.from && `event_time >= ${sqlInstant(filter.from)}`,
    filter.to && `event_time < ${sqlInstant(filter.to)}`,
    after && isBehind(after, order),
    // A statement says once what may be seen (`askAs`): the groups of a district are many.
    sqlFilter({ ...filter, whose: beyondVisible(viewer.visibility, filter.whose) }),
    condition && sqlHolding(condition),
  ])
  const sql = `SELECT event_time, received_at, event_id FROM events WHERE ${where}
    ORDER BY event_time ${direction}, received_at ${direction}, event_id ${direction} LIMIT ${limit}`
  const { rows } = await ask(needs, question, sql).catch((thrown) => {
    throw failureOf(thrown)
  })
  const found = rows.map(([eventTime, receivedAt, eventId]) => ({
    eventTime: new Date(String(eventTime)).toISOString(),
    receivedAt: new Date(String(receivedAt)).toISOString(),
    eventId: String(eventId),
  }))
  // An archive that is at least once has copies, which stand beside each other.
  const keys = found.filter((key, at) => at === 0 || !isSame(key, found[at - 1]!))
  return { keys, isAll: rows.length < limit }
}

function isSame(one: Key, other: Key): boolean {
  return placeOf(one) === placeOf(other) && one.receivedAt === other.receivedAt
}

function isBehind({ eventTime, receivedAt, eventId }: Key, order: Order): string {
  const sign = order === 'asc' ? '>' : '<'
  const [time, arrival] = [sqlInstant(eventTime), sqlInstant(receivedAt)]
  // The first part says it again, in words by which engines pass over files.
  return `event_time ${sign}= ${time} AND (event_time ${sign} ${time} OR received_at ${sign} ${arrival}
    OR (received_at = ${arrival} AND event_id ${sign} ${sqlText(eventId)}))`
}

/**
 * Reads the events of keys, as many of the first as fit into an answer.
 * @returns for each key that was read its event, or undefined where it is not asked for after all: it is gone, does not
 *   match, or a later copy stands at the same time
 */
export async function recordsAt(
  needs: LakeNeeds,
  question: LakeQuestion,
  keys: readonly Key[],
  maxChars: number,
): Promise<(EventRecord | undefined)[]> {
  let some = withinSql(keys)
  while (some.length > 0) {
    try {
      return await read(some)
    } catch (thrown) {
      const isTooMuch = thrown instanceof AppError && thrown.code === 'invalid_request'
      if (!isTooMuch || some.length === 1) throw failureOf(thrown)
      some = some.slice(0, Math.ceil(some.length / 4))
    }
  }
  return []

  async function read(part: readonly Key[]): Promise<(EventRecord | undefined)[]> {
    const times = [...new Set(part.map(({ eventTime }) => eventTime))]
    const ids = part.map(({ eventId }) => sqlText(eventId))
    const where = sqlAll([
      conditionOf({ to: question.before }),
      // The times say in which parts of files the ids are: without them it takes three times as long (measured).
      `event_time IN (${times.map(sqlInstant).join(', ')})`,
      `event_id IN (${[...new Set(ids)].join(', ')})`,
    ])
    // The largest event is read whatever its size.
    const limits = part.length > 1 ? { size: maxChars } : {}
    const { columns, rows } = await ask(needs, question, `${SELECT_RECORDS} WHERE ${where}`, limits)
    const names = columns.map(({ name }) => name)
    const latest = new Map<string, EventRecord>()
    for (const row of rows) {
      const record = recordOf(names, row)
      const place = placeOf(record)
      const other = latest.get(place)
      if (other === undefined || other.receivedAt < record.receivedAt) latest.set(place, record)
    }
    const found: (EventRecord | undefined)[] = []
    for (const key of part) {
      const record = latest.get(placeOf(key))
      const isIt = record?.receivedAt === key.receivedAt
      const whole = isIt ? await wholeOf(record, needs.blobs) : undefined
      found.push(whole && isWanted(question, whole) ? whole : undefined)
    }
    return found
  }
}

const placeOf = ({ eventTime, eventId }: Pick<Key, 'eventTime' | 'eventId'>) =>
  `${eventTime} ${eventId}`

function isWanted({ filter, before }: LakeQuestion, record: EventRecord): boolean {
  return matchesFilter(record, { ...filter, receivedFrom: undefined, receivedTo: before })
}

/** Takes as many of the first keys as a statement has room for, one at the least. */
function withinSql(keys: readonly Key[]): Key[] {
  let bytes = 0
  return keys.filter(({ eventId }, at) => {
    bytes += Buffer.byteLength(eventId) * 2 + 4
    return at === 0 || bytes <= MOST_SQL_BYTES
  })
}

function ask(
  needs: LakeNeeds,
  { viewer, signal }: LakeQuestion,
  sql: string,
  limits: { size?: number } = {},
) {
  return askAs(needs, viewer, { sql, signal, limits: { ms: QUESTION_MS, ...limits } })
}

/** Whoever asked for events wrote no SQL: that it failed is not their mistake, and the engine's sentence names files of ours. */
function failureOf(thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'invalid_request') return thrown
  const detail =
    'The lake could not answer. A shorter range of time asks for less, and POST /analytics/export answers what is long.'
  return new AppError('busy', detail, { cause: thrown, retryAfter: RETRY_AFTER_SECONDS })
}

const RETRY_AFTER_SECONDS = 5
