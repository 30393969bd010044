import type { Issue } from '../../error/issue'
import { tooManyValues } from '../../event/json-body'
import { MAX_DEPTH, MAX_ID_LENGTH } from '../../event/limits'
import { isDeeperThan } from '../../syntax/json-scan'
import { MAX_PAYLOAD_TEXT, MAX_TYPE_LENGTH, payloadNames } from './model'
import { readTime } from './times'

type Item = Record<string, unknown>
type Path = Issue['path']

/** @returns every reason against keeping an item as an event, or undefined */
export function refuse(value: unknown, raw: string, path: Path): Issue[] | undefined {
  if (value === undefined) return [tooManyValues(path)]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ path, message: 'Expected an object', code: 'not_an_object' }]
  }
  if (isDeeperThan(raw, MAX_DEPTH)) {
    const message = `Nested more than ${MAX_DEPTH} levels deep`
    return [{ path, message, code: 'too_deep' }]
  }
  const item = value as Item
  const issues: Issue[] = []
  refuseType(item, path, issues)
  if (item.timestamp !== undefined && item.timestamp !== null && !readTime(item.timestamp)) {
    const message =
      'Expected an ISO 8601 time, a day, month or year, or seconds or milliseconds since 1970'
    issues.push({ path: [...path, 'timestamp'], message, code: 'invalid_timestamp' })
  }
  for (const name of ['event_id', 'id', 'user_id', 'session_id', 'source']) {
    refuseText(item[name], path, name, issues)
  }
  for (const name of payloadNames) refusePayload(item[name], path, name, issues)
  return issues.length === 0 ? undefined : issues
}

/** An id as text. Numbers are taken as far as they are exact: many systems count their users. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return Number.isSafeInteger(value) ? String(value) : undefined
}

function refuseType(item: Item, path: Path, issues: Issue[]): void {
  const { event_type: type } = item
  const isFit = typeof type === 'string' && type.length > 0 && type.length <= MAX_TYPE_LENGTH
  if (isFit) return
  const at = [...path, 'event_type']
  if (type === undefined || type === null) {
    issues.push({ path: at, message: 'Required', code: 'required' })
  } else if (typeof type !== 'string') {
    issues.push({ path: at, message: 'Expected a string', code: 'wrong_type' })
  } else {
    const message = `Expected 1 to ${MAX_TYPE_LENGTH} characters, got ${type.length}`
    issues.push({ path: at, message, code: type === '' ? 'too_short' : 'too_long' })
  }
}

function refuseText(value: unknown, item: Path, name: string, issues: Issue[]): void {
  if (value === undefined || value === null) return
  if (typeof value !== 'string' && !Number.isSafeInteger(value)) {
    const message = 'Expected a string, or an integer below 2^53'
    issues.push({ path: [...item, name], message, code: 'wrong_type' })
  } else if (String(value).length > MAX_ID_LENGTH) {
    const message = `Expected at most ${MAX_ID_LENGTH} characters, got ${String(value).length}`
    issues.push({ path: [...item, name], message, code: 'too_long' })
  }
}

/** Text of an object has been put as the object by now (`withReadPayload`). */
function refusePayload(value: unknown, item: Path, name: string, issues: Issue[]): void {
  if (value === undefined || value === null) return
  if (typeof value === 'object' && !Array.isArray(value)) return
  const text = `, or JSON text of one, of at most ${MAX_PAYLOAD_TEXT} characters`
  const message = `Expected an object${name === 'payload_json' ? text : ''}`
  issues.push({ path: [...item, name], message, code: 'wrong_type' })
}
