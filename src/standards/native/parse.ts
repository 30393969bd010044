import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import {
  invalidJson,
  parsingItems,
  parsingJson,
  tooManyItems,
  withoutByteOrderMark,
} from '../../event/json-body'
import { MAX_ITEMS, shownId } from '../../event/limits'
import type { ReadItem, Reading } from '../../event/reading'
import { makeWellFormed, mayHoldLoneSurrogates } from '../../event/well-formed'
import { holdsMoreThan, MAX_ELEMENT_VALUES } from '../../syntax/json-cost'
import { finish, type Steps } from '../../syntax/steps'
import { refuse, textOf } from './gate'
import { normalize } from './normalize'

/**
 * Reads one event or an array of them.
 * @param receivedAt when it arrived, ISO 8601 UTC; the time of events that name none
 * @throws {AppError} `invalid_json`; `invalid_request` when it is neither an object nor an array;
 * `too_large`
 */
export function* readingNative(text: string, receivedAt: string): Steps<Reading> {
  const body = withoutByteOrderMark(text)
  const parts = yield* parsingItems(body)
  if (parts === undefined) return yield* readingOne(body, receivedAt)
  const items: ReadItem[] = []
  for (const { value, text: raw } of parts.elements) {
    const index = items.length
    items.push(readItem(value, raw, index, [index], receivedAt))
    yield
  }
  return reading(items)
}

/** Does the same as `readingNative`, in one go. */
export function readNative(text: string, receivedAt: string): Reading {
  return finish(readingNative(text, receivedAt))
}

/**
 * Reads one event a line. A line that is not JSON is refused alone; empty lines do not count.
 * `index` is the number of the line, from 0.
 * @throws {AppError} `too_large`, and nothing else
 */
export function* readingNativeLines(text: string, receivedAt: string): Steps<Reading> {
  const body = withoutByteOrderMark(text)
  const items: ReadItem[] = []
  let index = 0
  for (let start = 0; start < body.length; index += 1) {
    const found = body.indexOf('\n', start)
    const end = found < 0 ? body.length : found
    const line = body.slice(start, end)
    const raw = textOfLine(line)
    const offset = start
    start = end + 1
    if (index % LINES_IN_A_STEP === 0) yield
    if (raw === '') continue
    if (items.length === MAX_ITEMS) throw tooManyItems()
    items.push(readLine(line, { index, offset }, receivedAt))
    yield
  }
  return reading(items)
}

// RFC 7464, 2.2: in a JSON text sequence, this stands before each text.
const RECORD_SEPARATOR = '\u001e'

function textOfLine(line: string): string {
  const text = line.trim()
  return text.startsWith(RECORD_SEPARATOR) ? text.slice(1).trim() : text
}

// Empty ones, of which a body may have millions.
const LINES_IN_A_STEP = 1000

/** Does the same as `readingNativeLines`, in one go. */
export function readNativeLines(text: string, receivedAt: string): Reading {
  return finish(readingNativeLines(text, receivedAt))
}

function* readingOne(body: string, receivedAt: string): Steps<Reading> {
  const item = yield* parsingJson(body)
  if (typeof item !== 'object' || item === null) {
    const message = 'Expected an event or an array of events'
    const errors = [{ path: [], message, code: 'wrong_type' }]
    throw new AppError('invalid_request', message, { errors })
  }
  const raw = body.trim()
  return reading([readItem(item, raw, 0, [], receivedAt)])
}

/** @param place the number of the line, and where it begins in the body */
function readLine(
  line: string,
  { index, offset }: { index: number; offset: number },
  receivedAt: string,
): ReadItem {
  const raw = textOfLine(line)
  let item: unknown
  try {
    item = holdsMoreThan(raw, MAX_ELEMENT_VALUES) ? undefined : JSON.parse(raw)
  } catch {
    const before = { lines: index, characters: offset + line.indexOf(raw) }
    return { index, raw, errors: [invalidJson([index], raw, before)] }
  }
  return readItem(item, raw, index, [index], receivedAt)
}

function readItem(
  item: unknown,
  raw: string,
  index: number,
  path: Issue['path'],
  receivedAt: string,
): ReadItem {
  const errors = refuse(item, raw, path)
  const members = item as Record<string, unknown>
  if (errors !== undefined) {
    return { index, raw, id: shownId(textOf(members?.event_id) ?? textOf(members?.id)), errors }
  }
  const event = normalize(members, raw, receivedAt, index)
  if (mayHoldLoneSurrogates(raw)) makeWellFormed(event)
  return { index, event, id: event.eventId }
}

function reading(items: ReadItem[]): Reading {
  return { standard: 'native', context: {}, items }
}
