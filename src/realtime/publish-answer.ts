import type { AppError } from '../error/app-error'
import type { ErrorCode } from '../error/codes'
import { problemOf } from '../error/problem'
import type { Receipt } from '../event/receipt'
import { isAwaited, type One, refusalOfOne } from '../ingest/one'
import { receiptText, type Wording } from '../ingest/receipt-text'

/** Clients of a real-time event pipeline compare these messages. */
const messages: Partial<Record<ErrorCode, string>> = {
  invalid_json: 'Invalid JSON',
  too_large: 'Message too large',
}

/**
 * Words the answer to one event: `{ status: 'ok', event_id, … }` or `{ status: 'error', message, … }`, as
 * a real-time event pipeline answers, with our receipt's members beside it. The id is null of an event
 * that is not held, though nothing is wrong with it (`isAwaited`).
 */
export function oneAnswer(one: One, receipt: Receipt, wording: Wording): string {
  const [refused] = receipt.quarantined
  if (isAwaited(receipt, one)) return beside({ status: 'ok', event_id: null }, receipt, wording)
  if (refused === undefined && one.event !== undefined) {
    return beside({ status: 'ok', event_id: one.event.eventId }, receipt, wording)
  }
  const error = refusalOfOne(refused?.errors ?? one.errors, refused?.quarantineId)
  const { requestId } = receipt
  return beside(problemMembers(error, requestId), receipt, wording)
}

/** Words the answer to a message that was refused: a problem document whose `status` is `error`. */
export function errorAnswer(error: AppError, requestId: string): string {
  return JSON.stringify(problemMembers(error, requestId))
}

function problemMembers(error: AppError, requestId: string) {
  const { status: _, ...problem } = problemOf(error, requestId)
  const message = messages[error.code] ?? problem.detail
  const { retryAfter } = error
  return { status: 'error', message, ...problem, ...(retryAfter !== undefined && { retryAfter }) }
}

/** Joins members and a receipt in one object, which is within the limit as a receipt alone is. */
function beside(members: object, receipt: Receipt, wording: Wording): string {
  const first = JSON.stringify(members).slice(0, -1)
  const { maxBytes } = wording
  const room = maxBytes === undefined ? maxBytes : maxBytes - Buffer.byteLength(first)
  return `${first},${receiptText(receipt, { ...wording, maxBytes: room }).slice(1)}`
}
