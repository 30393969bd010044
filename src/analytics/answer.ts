import { AppError } from '../error/app-error'
import type { Viewer } from '../identity/viewer'
import type { LakeAnswer } from '../query/ask-lake'
import { conditionOf } from '../query/narrowing'
import { type AskNeeds, askAs, type Covered } from './ask'
import { type AskedSpan, narrowingTo, type Span, spanOf } from './span'
import { suppress } from './suppress'

/** Questions about a span of time all take these. */
export interface Asked extends AskedSpan {
  course?: string | undefined
  learner?: string | undefined
}

/** An answer says of itself what it is about, and whether it is whole. */
export interface Answered extends Covered {
  from: string
  to: string
  timeZone: string
  /** If true, there are more rows than were asked for. */
  truncated: boolean
  /** So many rows or figures are left out, since they are about few people. Absent for who sees people. */
  suppressed?: number | undefined
}

// Function URLs and API Gateway give up after 29 seconds, and browsers' users sooner.
const MOST_MS = 20_000

/** Begins an answer: the span that is meant, and the events in it. */
export function begin(asked: Asked, now: Date) {
  const span = spanOf(asked, now)
  const { course, learner } = asked
  const narrowing = { ...narrowingTo(span), course, person: learner }
  return { span, narrowing, where: conditionOf(narrowing) }
}

export interface Question {
  sql: string
  where?: string | undefined
  span: Span
  /** The answer has so many rows at most. */
  rows: number
  signal?: AbortSignal | undefined
}

/** Asks the lake, and gives rows by the names of their columns. @throws {AppError} as `askAs` */
export async function rowsFor(
  needs: AskNeeds,
  viewer: Viewer,
  { sql, where, span, rows: most, signal }: Question,
): Promise<{ rows: Row[] } & Covered> {
  const { timeZone } = span
  // Athena gives other types to times in a zone: they are as they were where none is asked for.
  const timezone = timeZone === 'UTC' ? undefined : timeZone
  const limits = { ms: MOST_MS, rows: most }
  const asked = askAs(needs, viewer, { sql, where, timezone, limits, signal })
  const { completeTo, ...answer } = await asked.catch((thrown: unknown) => {
    const isRefused = thrown instanceof AppError && thrown.code === 'invalid_request'
    throw isRefused ? narrower(thrown) : thrown
  })
  return { rows: byName(answer), ...(completeTo !== undefined && { completeTo }) }
}

/** Says what to do about a question that the lake does not answer. */
function narrower(cause: AppError): AppError {
  const advice = 'Ask about a shorter time, or about one course.'
  // The engine's own advice is for whoever sets it up.
  const isLarge = /out of memory/i.test(cause.message)
  const why = isLarge ? 'This takes more memory than a question has.' : cause.message
  return new AppError('invalid_request', `${why} ${advice}`, { cause })
}

/** A row of an answer of the lake. */
export type Row = Record<string, unknown>

function byName({ columns, rows }: LakeAnswer): Row[] {
  const names = columns.map(({ name }) => name)
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])))
}

/** Reads a number; nothing of NULL. */
export function numberIn(row: Row, name: string): number | undefined {
  const value = row[name]
  return value === null || value === undefined ? undefined : Number(value)
}

/** Reads a count. */
export function countIn(row: Row, name: string): number {
  return numberIn(row, name) ?? 0
}

/** Reads a text; nothing of NULL. */
export function textIn(row: Row, name: string): string | undefined {
  const value = row[name]
  return value === null || value === undefined ? undefined : String(value)
}

/** A share to four digits, which is a hundredth of a percent. */
export function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : Math.round((1e4 * part) / whole) / 1e4
}

/** Cuts the row that was asked for only to know whether there are more. */
export function cut<Item>(rows: readonly Item[], limit: number) {
  return { rows: rows.slice(0, limit), truncated: rows.length > limit }
}

/**
 * Tells whether it may be said how many of a group that is shown are in a part of it: of fewer than k, or all
 * but fewer than k, it would be said of few.
 */
export function isSaid(people: number, within: number): boolean {
  const parts = [within, Math.max(0, people - within)]
  return !suppress(parts.map((count) => ({ people: count }))).some(Boolean)
}
