import { AppError } from '../../error/app-error'
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
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 0
}

function tooLarge({ rows, size }: LakeLimits, advice: string): AppError {
  const most = `${rows.toLocaleString('en')} rows or ${Math.round(size / 1024 / 1024)} MB`
  return new AppError('invalid_request', `The answer is larger than ${most}: ${advice}`)
}
