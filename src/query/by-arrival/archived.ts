import { AppError } from '../../error/app-error'
import type { EventRecord } from '../../event/record'
import type { Lake, LakeState } from '../../platform/lake'
import { OLDEST, recordOf, recordsOf } from '../lake-records'
import { endOf } from './lake-page'

/** Arrivals within a time, both ends inclusive, ISO 8601 UTC. */
interface Within {
  from: string
  to: string
}

// Reading from the lake, waiting for room and an attempt stay within the lease (`webhooks/sending/deliverer.ts`).
const PATIENCE_MS = 20_000
const PAUSE_MS = 100

// Athena takes 262,144 bytes of SQL; an id may have some thousand.
const MOST_SQL = 200 * 1024

/**
 * Reads records of which the hot store has no copy any more, by their ids, from the lake. On one machine
 * a query takes some tenths of a second, and one is answered at a time: others wait.
 * @throws {AppError} `busy` when it took too long
 */
export async function readArchived(
  lake: Lake,
  tenantId: string,
  within: Within,
  eventIds: readonly string[],
): Promise<Map<string, EventRecord>> {
  const until = performance.now() + PATIENCE_MS
  const found = new Map<string, EventRecord>()
  const range = { from: within.from, to: new Date(Date.parse(within.to) + 1).toISOString() }
  for (const ids of inQuestions(eventIds)) {
    const { columns, pages } = await ask(lake, { tenantId }, recordsOf(range, ids), until)
    const names = columns.map(({ name }) => name)
    for await (const page of pages) {
      for (const row of page) {
        const record = recordOf(names, row)
        found.set(record.eventId, record)
      }
    }
  }
  return found
}

/**
 * Finds when the oldest event of a tenant arrived that the lake has, ISO 8601 UTC.
 * @returns undefined when it has none
 * @throws {AppError} as `readArchived`
 */
export async function oldestArchived(lake: Lake, tenantId: string): Promise<string | undefined> {
  const until = performance.now() + PATIENCE_MS
  const { pages } = await ask(lake, { tenantId }, OLDEST, until)
  const [row] = (await Array.fromAsync(pages)).flat()
  return row?.[0] == null ? undefined : new Date(String(row[0])).toISOString()
}

function* inQuestions(eventIds: readonly string[]): Iterable<string[]> {
  let ids: string[] = []
  let size = 0
  for (const id of eventIds) {
    // A quote is doubled, and a character has up to three bytes for each of its UTF-16 units.
    const more = Buffer.byteLength(id) * 2 + 4
    if (ids.length > 0 && size + more > MOST_SQL) {
      yield ids
      ids = []
      size = 0
    }
    ids.push(id)
    size += more
  }
  if (ids.length > 0) yield ids
}

async function ask(
  lake: Lake,
  reader: { tenantId: string },
  sql: string,
  until: number,
): Promise<Extract<LakeState, { status: 'done' }>> {
  for (;;) {
    const query = await startOrWait(lake, reader, sql, until)
    if (query === undefined) continue
    const state = await endOf(lake, reader, query, until)
    if (state.status === 'done') return state
    if (state.status === 'failed') throw new AppError('invalid_request', state.reason)
    await lake.cancel(reader, query)
    throw new AppError('busy', 'The lake did not answer in time.')
  }
}

/** @returns undefined when it is to be tried again */
async function startOrWait(
  lake: Lake,
  reader: { tenantId: string },
  sql: string,
  until: number,
): Promise<string | undefined> {
  try {
    return await lake.start({ reader, sql })
  } catch (thrown) {
    const isBusy = thrown instanceof AppError && thrown.code === 'busy'
    if (!isBusy || performance.now() > until) throw thrown
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (1 + Math.random())))
    return undefined
  }
}
