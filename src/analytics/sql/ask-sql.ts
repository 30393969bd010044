import { AppError } from '../../error/app-error'
import type { Viewer } from '../../identity/viewer'
import type { Foreign, LakeColumn } from '../../platform/lake'
import { askLake } from '../../query/ask-lake'
import { lakeCompleteTo } from '../../query/coverage'
import { sqlInstant } from '../../query/narrowing'
import { jsonText } from '../../syntax/json-text'
import type { AskNeeds, Covered } from '../ask'

export interface SqlQuestion {
  sql: string
  timezone?: string | undefined
  /** Given with SQL that is not ours. */
  foreign?: Foreign | undefined
  /** The rows of the answer take so many bytes as JSON. */
  maxBytes: number
  signal?: AbortSignal | undefined
}

export interface SqlAnswer extends Covered {
  columns: LakeColumn[]
  /** Values as those of the lake's pages. */
  rows: unknown[][]
  /** If true, there are more rows than these. */
  truncated: boolean
}

// A function of AWS ends after 29 s: with the pauses in which it asks, there is time to answer.
const MOST_MS = 20_000
/** An answer has at most so many rows: more than a person looks at, in a spreadsheet as well. */
export const MOST_ROWS = 10_000
// Whoever asks for more than this has forgotten something: a condition, a GROUP BY, or that there are exports.
const REFUSED_ROWS = 100_000

/**
 * Asks SQL as somebody who sees all of a tenant: of its own rows, without what is hidden, within limits of time,
 * memory, bytes and rows.
 * @throws {AppError} `invalid_request` for what is not allowed, does not end or gives too much; as `askLake`
 */
export async function askSql(
  { platform, hidden, clock }: AskNeeds,
  { tenantId }: Pick<Viewer, 'tenantId'>,
  { sql, timezone, foreign, maxBytes, signal }: SqlQuestion,
): Promise<SqlAnswer> {
  const completeTo = lakeCompleteTo(platform, clock.now())
  const before = await hidden.before(tenantId)
  let truncated = false

  /** Keeps what the answer has room for, and counts on: what is far too much is refused. */
  async function read(pages: AsyncIterable<unknown[][]>) {
    const kept: unknown[][] = []
    let [count, size] = [0, 0]
    for await (const page of pages) {
      count += page.length
      if (count > REFUSED_ROWS) throw tooMany()
      for (const row of page) {
        if (truncated) break
        size += Buffer.byteLength(jsonText(row))
        truncated = kept.length === MOST_ROWS || size > maxBytes
        if (!truncated) kept.push(row)
      }
    }
    return kept
  }

  const answer = await askLake(
    platform.lake,
    {
      ...{ reader: { tenantId }, sql, timezone, foreign, limits: { ms: MOST_MS } },
      where: before && `received_at >= ${sqlInstant(before)}`,
    },
    { signal, read },
  ).catch((thrown: unknown) => {
    throw isOutOfMemory(thrown) ? tooLarge(thrown) : thrown
  })
  return { ...answer, truncated, ...(completeTo !== undefined && { completeTo }) }
}

function isOutOfMemory(thrown: unknown): thrown is AppError {
  return thrown instanceof AppError && /out of memory/i.test(thrown.message)
}

/** The engine's own advice is for whoever sets it up. */
function tooLarge(cause: AppError): AppError {
  const detail =
    'This query takes more memory, or disk beside it, than a query has: read fewer days or columns, or group and sort less.'
  return new AppError('invalid_request', detail, { cause })
}

function tooMany(): AppError {
  const most = REFUSED_ROWS.toLocaleString('en')
  const detail = `The answer has more than ${most} rows: count or group them, say LIMIT, or export the events (POST /analytics/export).`
  return new AppError('invalid_request', detail)
}
