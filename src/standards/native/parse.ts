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
import type { ReadEvent, ReadItem, Reading } from '../../event/reading'
import type { SentBy } from '../../event/sent-by'
import { makeWellFormed, mayHoldLoneSurrogates } from '../../event/well-formed'
import { holdsMoreThan, MAX_ELEMENT_VALUES } from '../../syntax/json-cost'
import type { JsonElement } from '../../syntax/json-elements'
import { createPace, finish, type Steps } from '../../syntax/steps'
import { BATCH, parsingBatch } from './dialects/batch'
import { envelopeIssues } from './envelope'
import { refuse, textOf } from './gate'
import { normalize } from './normalize'
import { withReadPayload } from './payload'
import type { ReadBy } from './read-by'
import { refuseAtSessionDoor, requireBatch, requireFew } from './session-door'
import { EVENTS, parsingSourced, withSource } from './sourced'
import { applyType, explainType, noticesOf } from './types/apply'
import { asSent, viewOf } from './view'

/**
 * Reads one event, an array of them, `{ source, events: [...] }`, or a batch of Segment's.
 * @param by what its items are read by beside their text
 * @throws {AppError} `invalid_json`; `invalid_request` when it is neither an object nor an array;
 * `too_large`
 */
export function* readingNative(text: string, by: ReadBy): Steps<Reading> {
  const body = withoutByteOrderMark(text)
  const parts = yield* parsingItems(body)
  if (parts !== undefined) return yield* readingList(parts.elements, [], by)
  const sourced = yield* parsingSourced(body)
  if (sourced !== undefined) {
    const context = { ...by.context, ...sourced.context }
    return yield* readingList(sourced.elements, [EVENTS], { ...by, context })
  }
  const batch = yield* parsingBatch(body, by.context)
  if (batch === undefined) return yield* readingOne(body, by)
  return yield* readingList(batch.elements, [BATCH], { ...by, context: batch.context })
}

/** @param around leads to the list in its body */
function* readingList(
  elements: readonly JsonElement[],
  around: Issue['path'],
  by: ReadBy,
): Steps<Reading> {
  requireFew(elements.length, by.context)
  const items: ReadItem[] = []
  const isStep = createPace()
  for (const { value, text: raw } of elements) {
    const index = items.length
    items.push(readItem(value, raw, index, [...around, index], by))
    if (isStep(raw.length)) yield
  }
  const carries = yield* carryingOthers(items, by)
  return { ...reading(items, by, around), ...(carries && { carries }) }
}

/** Tells whether each item is a wrapper around an event, as brokers send them. */
function* carryingOthers(items: readonly ReadItem[], { context }: ReadBy): Steps<boolean> {
  for (const item of items) {
    if (!('event' in item) || !item.event.raw.includes('"specversion"')) return false
    if (viewOf(JSON.parse(item.event.raw), context).carries !== true) return false
    yield
  }
  return items.length > 0
}

/** Does the same as `readingNative`, in one go. */
export function readNative(text: string, by: ReadBy): Reading {
  return finish(readingNative(text, by))
}

/**
 * Reads one event a line. A line that is not JSON is refused alone; empty lines do not count.
 * `index` is the number of the line in the whole body, from 0.
 * @throws {AppError} `too_large`, and nothing else
 */
export function* readingNativeLines(text: string, by: ReadBy): Steps<Reading> {
  const body = withoutByteOrderMark(text)
  const items: ReadItem[] = []
  const { linesBefore = 0 } = by
  let index = linesBefore
  const isStep = createPace()
  for (let start = 0; start < body.length; index += 1) {
    const found = body.indexOf('\n', start)
    const end = found < 0 ? body.length : found
    const line = body.slice(start, end)
    const raw = textOfLine(line)
    const offset = start
    start = end + 1
    if (isStep(line.length)) yield
    if (raw === '') continue
    if (items.length === MAX_ITEMS) throw tooManyItems()
    items.push(readLine(line, { index, offset }, by))
  }
  return reading(items, by, [])
}

// RFC 7464, 2.2: in a JSON text sequence, this stands before each text.
const RECORD_SEPARATOR = '\u001e'

function textOfLine(line: string): string {
  const text = line.trim()
  return text.startsWith(RECORD_SEPARATOR) ? text.slice(1).trim() : text
}

/** Does the same as `readingNativeLines`, in one go. */
export function readNativeLines(text: string, by: ReadBy): Reading {
  return finish(readingNativeLines(text, by))
}

function* readingOne(body: string, by: ReadBy): Steps<Reading> {
  const item = yield* parsingJson(body)
  if (typeof item !== 'object' || item === null) {
    const message = 'Expected an event or an array of events'
    const errors = [{ path: [], message, code: 'wrong_type' }]
    throw new AppError('invalid_request', message, { errors })
  }
  const raw = body.trim()
  requireBatch(item, by.context)
  const items = [readItem(item, raw, 0, [], by)]
  const carries = yield* carryingOthers(items, by)
  return { ...reading(items, by, undefined), isOne: true, ...(carries && { carries }) }
}

/** @param place the number of the line, and where it begins in the body */
function readLine(
  line: string,
  { index, offset }: { index: number; offset: number },
  by: ReadBy,
): ReadItem {
  const raw = textOfLine(line)
  let item: unknown
  try {
    item = holdsMoreThan(raw, MAX_ELEMENT_VALUES) ? undefined : JSON.parse(raw)
  } catch {
    const before = { lines: index, characters: offset + line.indexOf(raw) }
    return { index, raw, errors: [invalidJson([index], raw, before)] }
  }
  return readItem(item, raw, index, [index], by)
}

function readItem(
  item: unknown,
  raw: string,
  index: number,
  path: Issue['path'],
  by: ReadBy,
): ReadItem {
  const view = withSource(viewOf(item, by.context), by.context)
  const members = withReadPayload(view.members) as Record<string, unknown>
  const errors =
    keptFor(by.context, path) ??
    refuse(members, raw, path) ??
    refuseAtSessionDoor(members, by.context, path)
  if (errors !== undefined) return refused(errors)
  const event = normalize({ ...view, members, sent: item }, raw, by, index)
  const types = view.hasOwnType ? undefined : by.types
  const refusal = applyType(event, members, types, path)
  if (refusal !== undefined) return refused(refusal)
  if (mayHoldLoneSurrogates(raw)) makeWellFormed(event)
  return { index, event, id: event.eventId }

  function refused(issues: Issue[]): ReadItem {
    const id = shownId(textOf(members?.event_id) ?? textOf(members?.id))
    return { index, raw, id, errors: asSent(view, issues, path) }
  }
}

/** Finds why a frame of a stream is kept in quarantine, whatever it says. */
function keptFor({ stream, keptFor: kept }: SentBy, path: Issue['path']): Issue[] | undefined {
  if (stream === undefined || kept === undefined) return undefined
  const issue = JSON.parse(kept) as Issue
  return [{ ...issue, path: [...path, ...issue.path] }]
}

/** @param around what leads to the index of an item; undefined when the body is one event */
function reading(
  items: ReadItem[],
  { context, types }: ReadBy,
  around: Issue['path'] | undefined,
): Reading {
  const placeOf = (index: number) => (around === undefined ? [] : [...around, index])
  return { standard: 'native', context, items, explain, notice }

  function explain(raw: string, index: number): Issue[] {
    const view = viewOf(JSON.parse(raw), context)
    const members = withReadPayload(view.members) as Record<string, unknown>
    const path = placeOf(index)
    const known = view.hasOwnType ? undefined : types
    const issues = [...envelopeIssues(members, path), ...explainType(members, known, path)]
    return asSent(view, issues, path)
  }
  function notice(event: ReadEvent, index: number): Issue[] {
    return noticesOf(event, types, placeOf(index))
  }
}
