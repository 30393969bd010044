import { parseJson, withoutByteOrderMark } from '../../event/json-body'
import type { Reading } from '../../event/reading'
import { isEnvelope } from './batch'
import { isNode } from './node'
import { readCaliper } from './parse'
import { contextIri } from './version'

/**
 * Reads an envelope, or what belongs into one: an event, or an array of events and entities. Canvas
 * sends each event on its own where it is set to. Paths of issues are those of an envelope.
 * @throws {AppError} as `readCaliper`
 */
export function readBareCaliper(text: string, receivedAt: string): Reading {
  return readCaliper(enclosed(withoutByteOrderMark(text)), receivedAt)
}

/** The items' own text stays as it was sent: it is only put between brackets. */
function enclosed(text: string): string {
  const value = parseJson(text)
  if (Array.isArray(value)) return `${opening(value[0])}${text}}`
  return isNode(value) && !isEnvelope(value) ? `${opening(value)}[${text}]}` : text
}

/**
 * What an item says of its own version counts more than this. 1.0 is known by its `@type`; without a
 * context, the newest version is supposed.
 */
function opening(first: unknown): string {
  const isEarly = isNode(first) && first['@type'] !== undefined
  return isEarly ? '{"data":' : `{"dataVersion":${JSON.stringify(contextIri)},"data":`
}
