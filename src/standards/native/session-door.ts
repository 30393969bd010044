import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { sentBy } from '../../event/sent-by'
import { textOf } from './gate'

/** A player of tests sends these types, and its door takes no others. */
export const sessionTypes = [
  ...['SESSION_CREATED', 'SESSION_SUBMITTED', 'SESSION_EXPIRED', 'REVIEW_OPENED'],
  ...['QUESTION_VIEWED', 'NAVIGATE_NEXT', 'NAVIGATE_PREV', 'NAVIGATE_JUMP'],
  ...['ANSWER_SELECTED', 'ANSWER_CHANGED', 'MARK_FOR_REVIEW_TOGGLED', 'PAUSE_BLUR'],
] as const

/**
 * 4 KB, counted as compact JSON in UTF-8: whoever counts the characters of JSON escaped to ASCII, with
 * spaces between, gets at least as many, so that no client of either reading is refused.
 */
export const MAX_SESSION_PAYLOAD_BYTES = 4096

const taken = new Set<string>(sessionTypes)

/**
 * Looks at an event that has passed the gate, where it came by the door of sessions.
 * @returns every reason against it; undefined when there is none, or it came otherwise
 */
export function refuseAtSessionDoor(
  members: Record<string, unknown>,
  context: Record<string, string>,
  path: Issue['path'],
): Issue[] | undefined {
  if (sentBy(context).door !== 'sessions') return undefined
  const issues: Issue[] = []
  if (!taken.has(members.event_type as string)) {
    const message = `Expected one of ${sessionTypes.join(', ')}`
    issues.push({ path: [...path, 'event_type'], message, code: 'type_not_taken' })
  }
  if (textOf(members.session_id) === undefined) {
    issues.push({ path: [...path, 'session_id'], message: 'Required', code: 'required' })
  }
  const { question_id: question } = members
  if (question !== undefined && question !== null && textOf(question) === undefined) {
    const message = 'Expected a string, or an integer below 2^53'
    issues.push({ path: [...path, 'question_id'], message, code: 'wrong_type' })
  }
  refusePayload(members, path, issues)
  return issues.length === 0 ? undefined : issues
}

function refusePayload(members: Record<string, unknown>, path: Issue['path'], issues: Issue[]) {
  const name = ['payload', 'properties', 'payload_json'].find((one) => members[one] != null)
  if (name === undefined) return
  const payload = members[name]
  if (typeof payload !== 'object' || Array.isArray(payload)) {
    issues.push({ path: [...path, name], message: 'Expected an object', code: 'wrong_type' })
    return
  }
  const bytes = Buffer.byteLength(JSON.stringify(payload))
  if (bytes <= MAX_SESSION_PAYLOAD_BYTES) return
  const message = `Expected at most ${MAX_SESSION_PAYLOAD_BYTES} bytes of JSON, got ${bytes}`
  issues.push({ path: [...path, name], message, code: 'payload_too_large' })
}

/** @throws {AppError} `too_many_events` when a request brings more than its door takes */
export function requireFew(count: number, context: Record<string, string>): void {
  const { mostItems } = sentBy(context)
  if (mostItems === undefined || count <= Number(mostItems)) return
  const message = `Expected at most ${mostItems} events, got ${count}`
  const errors = [{ path: ['events'], message, code: 'too_many_events' }]
  throw new AppError('too_many_events', `${message}. All of them are in quarantine.`, { errors })
}

/** @throws {AppError} `invalid_request` for what is neither a batch nor an event, at this door */
export function requireBatch(item: object, context: Record<string, string>): void {
  if (sentBy(context).door !== 'sessions' || 'event_type' in item) return
  const message = 'Expected an array of events'
  const errors = [{ path: ['events'], message, code: 'wrong_type' }]
  throw new AppError('invalid_request', `events: ${message}.`, { errors })
}
