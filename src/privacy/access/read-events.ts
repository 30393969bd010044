import { AppError } from '../../error/app-error'
import { createPeople } from '../../event/people'
import type { EventRecord } from '../../event/record'
import type { BlobStore } from '../../platform/blob-store'
import type { Lake } from '../../platform/lake'
import { askLake } from '../../query/ask-lake'
import { recordOf } from '../../query/lake-records'
import { wholeOf } from '../../query/whole-record'
import { inTurns } from '../../syntax/steps'
import type { AccessRequest, DayCount } from './request'
import { theirDays, theirRows } from './their-rows'

// DuckDB starts anew for each question, so that few are asked; usual events of one take 10 MB, and of the largest
// it is one at last.
const MAX_ROWS = 5000
const MAX_CHARS = 16 * 1024 * 1024

interface Needs {
  lake: Lake
  blobs: Pick<BlobStore, 'get'>
  signal?: AbortSignal | undefined
}

/** Finds the days on which something of the person arrived. */
export async function readDays(
  { lake, signal }: Needs,
  { tenantId, actorIds, createdAt }: AccessRequest,
  ids: readonly string[] = actorIds,
): Promise<DayCount[]> {
  const sql = theirDays({ actorIds: ids, upTo: createdAt })
  const { rows } = await askLake(lake, { reader: { tenantId }, sql }, { signal })
  return rows.map(([day, count]) => ({ day: String(day), rows: Number(count) }))
}

/**
 * Reads the next events of the person, and moves the place of the request behind them.
 * @returns undefined when there are no more
 */
export async function readEvents(
  { lake, blobs, signal }: Needs,
  request: AccessRequest,
  ids: readonly string[],
): Promise<EventRecord[] | undefined> {
  const { tenantId, createdAt, place } = request
  const [first] = place.days ?? []
  if (first === undefined) return undefined
  const limit = place.rows ?? MAX_ROWS
  const days = fewDays(place.days!, limit)
  const of = { from: first.day, to: days.at(-1)!.day, after: place.after, limit }
  const sql = theirRows({ actorIds: ids, upTo: createdAt }, of)
  const limits = limit > 1 ? { size: MAX_CHARS } : {}
  const answer = await askLake(lake, { reader: { tenantId }, sql, limits }, { signal }).catch(
    (thrown) => {
      // Fewer are asked for where an answer is too large.
      if (!(thrown instanceof AppError) || thrown.code !== 'invalid_request' || limit === 1)
        throw thrown
      return undefined
    },
  )
  if (answer === undefined) {
    place.rows = Math.max(1, Math.floor(limit / 8))
    return []
  }
  const names = answer.columns.map(({ name }) => name)
  const found = answer.rows.map((row) => recordOf(names, row))
  const last = found.at(-1)
  if (found.length < limit || last === undefined) {
    place.days = place.days!.slice(days.length)
    place.after = undefined
    place.rows = undefined
  } else place.after = { receivedAt: last.receivedAt, eventId: last.eventId }
  const people = createPeople(ids)
  const own: EventRecord[] = []
  for (const [at, record] of found.entries()) {
    // A copy that arrived twice stands beside the first.
    if (record.eventId === found[at - 1]?.eventId) continue
    const whole = await wholeOf(record, blobs)
    if (await inTurns(people.own(whole))) own.push(whole)
  }
  return own
}

/** Takes so many days at once that an answer has what fits in it. */
function fewDays(days: readonly DayCount[], limit: number): DayCount[] {
  const few: DayCount[] = []
  let rows = 0
  for (const day of days) {
    if (few.length > 0 && rows + day.rows >= limit) break
    few.push(day)
    rows += day.rows
  }
  return few
}
