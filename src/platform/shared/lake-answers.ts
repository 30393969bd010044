import { AppError } from '../../error/app-error'
import { jsonText } from '../../syntax/json-text'
import { type LakeLimits, type LakeReader, lakeLimits } from '../lake'

/** Finds the limits of one query: those that it asks for, and never more than the lake's. */
export function limitsOf(asked: Partial<LakeLimits> = {}): LakeLimits {
  const { ms, rows, size } = lakeLimits
  return {
    ms: Math.min(ms, asked.ms ?? ms),
    rows: Math.min(rows, asked.rows ?? rows),
    size: Math.min(size, asked.size ?? size),
  }
}

/**
 * Finds a time zone by its IANA name, whose letters may be small or large.
 * @throws {AppError} `invalid_request`
 */
export function zoneOf(timezone: string | undefined): string | undefined {
  if (timezone === undefined) return undefined
  // Offsets such as `+01:00` have no name, and engines read them in opposite ways.
  const isName = /^[a-z]/i.test(timezone)
  try {
    if (isName)
      return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone
  } catch {
    // It is none, and said below.
  }
  throw new AppError(
    'invalid_request',
    `There is no time zone ${JSON.stringify(timezone)}: expected a name of the IANA database, such as Europe/Berlin or UTC`,
  )
}

/** Names a reader: two have one name exactly when they are the same. */
export function nameOf(reader: LakeReader): string {
  return JSON.stringify(reader === 'operator' ? [] : [reader.tenantId])
}

export function noSuchQuery(): AppError {
  return new AppError(
    'not_found',
    'No query of yours has this id: it was read or cancelled, or what ran it has been started anew. Ask again.',
  )
}

export const NARROW = 'Narrow it to fewer days of arrival (`day`), or name fewer columns.'

export function stoppedAfter({ ms }: LakeLimits): string {
  return `The query was stopped after ${ms / 1000} s. ${NARROW}`
}

/** Gives the same pages, up to the limits. @param advice for an answer that is larger */
export async function* withinLimits(
  pages: AsyncIterable<unknown[][]>,
  limits: LakeLimits,
  advice: string,
): AsyncGenerator<unknown[][]> {
  let rows = 0
  let size = 0
  for await (const page of pages) {
    const fitting: unknown[][] = []
    for (const row of page) {
      for (const value of row) size += sizeOf(value)
      rows += 1
      if (rows > limits.rows || size > limits.size) {
        if (fitting.length > 0) yield fitting
        throw tooLarge(limits, advice)
      }
      fitting.push(row)
    }
    if (fitting.length > 0) yield fitting
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  // A number or a null counts as 0; a list or a struct counts as JSON.
  return typeof value === 'object' && value !== null ? jsonText(value).length : 0
}

function tooLarge({ rows, size }: LakeLimits, advice: string): AppError {
  const most = `${rows.toLocaleString('en')} rows or ${Math.round(size / 1024 / 1024)} MB`
  return new AppError('invalid_request', `The answer is larger than ${most}: ${advice}`)
}
