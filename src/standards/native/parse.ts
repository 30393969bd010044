import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { invalidJson, parseJson, withoutByteOrderMark } from '../../event/json-body'
import { shownId } from '../../event/limits'
import type { ReadItem, Reading } from '../../event/reading'
import { makeWellFormed, mayHoldLoneSurrogates } from '../../event/well-formed'
import { parseElements } from '../../syntax/json-elements'
import { refuse, textOf } from './gate'
import { normalize } from './normalize'

/**
 * Reads one event or an array of them.
 * @param receivedAt when it arrived, ISO 8601 UTC; the time of events that name none
 * @throws {AppError} `invalid_json`; `invalid_request` when it is neither an object nor an array
 */
export function readNative(text: string, receivedAt: string): Reading {
  const body = withoutByteOrderMark(text)
  const parts = parseElements(body)
  if (parts === undefined) return readOne(body, receivedAt)
  return reading(
    parts.elements.map(({ value, text: raw }, index) =>
      readItem(value, raw, index, [index], receivedAt),
    ),
  )
}

/**
 * Reads one event a line. A line that is not JSON is refused alone; empty lines do not count.
 * `index` is the number of the line, from 0. Never throws.
 */
export function readNativeLines(text: string, receivedAt: string): Reading {
  const items: ReadItem[] = []
  withoutByteOrderMark(text)
    .split('\n')
    .forEach((line, index) => {
      const raw = line.trim()
      if (raw !== '') items.push(readLine(raw, index, receivedAt))
    })
  return reading(items)
}

function readOne(body: string, receivedAt: string): Reading {
  const item = parseJson(body)
  if (typeof item !== 'object' || item === null) {
    const message = 'Expected an event or an array of events'
    const errors = [{ path: [], message, code: 'wrong_type' }]
    throw new AppError('invalid_request', message, { errors })
  }
  const raw = body.trim()
  return reading([readItem(item, raw, 0, [], receivedAt)])
}

function readLine(raw: string, index: number, receivedAt: string): ReadItem {
  let item: unknown
  try {
    item = JSON.parse(raw)
  } catch (thrown) {
    return { index, raw, errors: [invalidJson([index], thrown)] }
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
