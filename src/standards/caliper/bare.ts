import { withoutByteOrderMark } from '../../event/json-body'
import type { Reading } from '../../event/reading'
import { firstElementIn, namesIn } from '../../syntax/json-elements'
import type { Steps } from '../../syntax/steps'
import { surrounding } from './batch'
import { readingCaliper } from './parse'
import { contextIri } from './version'

/**
 * Reads an envelope, or what belongs into one: an event, or an array of events and entities. Canvas
 * sends each event on its own where it is set to. Paths of issues are those of an envelope.
 * @throws {AppError} as `readingCaliper`
 */
export function readingBareCaliper(text: string, receivedAt: string): Steps<Reading> {
  return readingCaliper(enclosed(withoutByteOrderMark(text)), receivedAt)
}

/**
 * The items' own text stays as it was sent: it is only put between brackets. Nothing is parsed here;
 * what is no JSON is found out where it is read.
 */
export function enclosed(text: string): string {
  const first = firstElementIn(text)
  if (first !== undefined) return `${opening(namesIn(first))}${text}}`
  const names = namesIn(text)
  if (names === undefined || isEnvelope(names)) return text
  return `${opening(names)}[${text}]}`
}

function isEnvelope(names: Set<string>): boolean {
  return !names.has('type') && surrounding.some((name) => names.has(name))
}

/**
 * An item's own word on its version counts more than this. 1.0 is known by its `@type`; without a
 * context, the newest version is supposed.
 */
function opening(names: Set<string> | undefined): string {
  const isEarly = names?.has('@type') === true
  return isEarly ? '{"data":' : `{"dataVersion":${JSON.stringify(contextIri)},"data":`
}
