import type { Issue } from '../../error/issue'
import { parsingItems, parsingJson, withoutByteOrderMark } from '../../event/json-body'
import { shownId } from '../../event/limits'
import type { ReadItem, Reading } from '../../event/reading'
import { makeWellFormed, mayHoldLoneSurrogates } from '../../event/well-formed'
import { createPace, finish, type Steps } from '../../syntax/steps'
import { refuse } from './gate'
import { isNode, type Node, textAt } from './node'
import { normalize } from './normalize'
import { specOf } from './sections'
import { versionIn, type XapiVersion } from './version'

/**
 * Reads one statement or an array of them. Paths of issues begin with the index in an array.
 * @param receivedAt when it arrived, ISO 8601 UTC; the time of statements that name none
 * @param context of the request: its `version`, 1.0.3 where it has none
 * @throws {AppError} `invalid_json`, `too_large`
 */
export function* readingXapi(
  text: string,
  receivedAt: string,
  context: Record<string, string> = {},
): Steps<Reading> {
  const version = versionIn(context)
  const body = withoutByteOrderMark(text)
  const parts = yield* parsingItems(body)
  if (parts === undefined) {
    const item = readItem(yield* parsingJson(body), body.trim(), 0, {
      version,
      receivedAt,
      path: [],
    })
    return { standard: 'xapi', context, items: [item] }
  }
  const items: ReadItem[] = []
  const ids = new Map<string, number>()
  const isStep = createPace()
  for (const { value, text: raw } of parts.elements) {
    const index = items.length
    const item = readItem(value, raw, index, { version, receivedAt, path: [index] })
    items.push(unlessRepeated(item, raw, ids, version))
    if (isStep(raw.length)) yield
  }
  return { standard: 'xapi', context, items }
}

/** Does the same as `readingXapi`, in one go. */
export function readXapi(
  text: string,
  receivedAt: string,
  context?: Record<string, string>,
): Reading {
  return finish(readingXapi(text, receivedAt, context))
}

interface Place {
  version: XapiVersion
  receivedAt: string
  path: Issue['path']
}

function readItem(value: unknown, raw: string, index: number, place: Place): ReadItem {
  const { version, receivedAt, path } = place
  const errors = refuse(value, raw, version, path)
  if (errors !== undefined) {
    return { index, raw, id: shownId(isNode(value) ? textAt(value, 'id') : undefined), errors }
  }
  const event = normalize(value as Node, raw, version, receivedAt)
  if (mayHoldLoneSurrogates(raw)) makeWellFormed(event)
  return { index, event, id: event.eventId }
}

/** Refuses a statement whose id another one of the batch has, whatever both say. */
function unlessRepeated(
  item: ReadItem,
  raw: string,
  ids: Map<string, number>,
  version: XapiVersion,
): ReadItem {
  if (!('event' in item)) return item
  const { index, id } = item
  const first = ids.get(id)
  if (first === undefined) {
    ids.set(id, index)
    return item
  }
  const message = `The statement at ${first} of this batch has the id ${id} as well`
  const errors = [
    { path: [index, 'id'], message, code: 'duplicate_id', spec: specOf('id', version) },
  ]
  return { index, raw, id, errors }
}
