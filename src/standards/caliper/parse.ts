import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { parsingItems, parsingJson, withoutByteOrderMark } from '../../event/json-body'
import { shownId } from '../../event/limits'
import type { ReadItem, Reading } from '../../event/reading'
import { makeWellFormed, mayHoldLoneSurrogates } from '../../event/well-formed'
import type { JsonElement } from '../../syntax/json-elements'
import { createPace, finish, type Steps } from '../../syntax/steps'
import { toUtcMillis } from '../../syntax/timestamp'
import { checkItem } from './check-item'
import { kindOf, refuse } from './gate'
import { idOf, isNode, type Node } from './node'
import { normalize, type Surroundings } from './normalize'
import { spec } from './sections'
import { type CaliperVersion, envelopeVersion, itemVersion, versionByForm } from './version'

/** An envelope taken apart: its items, each with its own text, and what stands around them. */
export interface Envelope {
  /** The version follows from `dataVersion`, which envelopes of 1.0 do not have. */
  version: CaliperVersion | undefined
  /** Its properties; `data` is empty here. */
  properties: Node
  items: JsonElement[]
}

/**
 * Takes a body apart, whatever it is.
 * @returns the value around the items, and the items when there is a `data` array
 * @throws {AppError} `invalid_json`, `too_large`
 */
export function* openingBody(
  text: string,
): Steps<{ value: unknown; items: JsonElement[] | undefined }> {
  const body = withoutByteOrderMark(text)
  const parts = yield* parsingItems(body, 'data')
  const value = parts === undefined ? yield* parsingJson(body) : parts.shell
  return { value, items: parts?.elements }
}

/**
 * Reads what surrounds the items. An envelope here is any object with a `data` array; what else the
 * standard asks of it is for the conformance report.
 * @throws {AppError} `invalid_json`, `invalid_envelope` (6.1: no enclosing envelope, or malformed),
 * `unsupported_version`, `too_large`
 */
function* readingEnvelope(text: string): Steps<Envelope> {
  const { value, items } = yield* openingBody(text)
  if (items === undefined) throw notAnEnvelope(value)
  const properties = value as Node
  return { version: envelopeVersion(properties.dataVersion), properties, items }
}

/**
 * Reads a request body: every item becomes an event, or is refused by the gate with every reason.
 * @param receivedAt when it arrived, ISO 8601 UTC
 * @throws {AppError} `invalid_json`, `invalid_envelope`, `unsupported_version`, `too_large`
 */
export function* readingCaliper(text: string, receivedAt: string): Steps<Reading> {
  const envelope = yield* readingEnvelope(text)
  const { sendTime } = envelope.properties
  const around: Surroundings = {
    sendTime: typeof sendTime === 'string' ? toUtcMillis(sendTime) : undefined,
    receivedAt,
    mayBeIllFormed: mayHoldLoneSurrogates(text),
  }
  const items: ReadItem[] = []
  const isStep = createPace()
  for (let index = 0; index < envelope.items.length; index += 1) {
    const item = envelope.items[index]!
    items.push(readItem(item, index, envelope, around))
    if (isStep(item.text.length)) yield
  }
  return { standard: 'caliper', context: contextOf(envelope), items }
}

/** Does the same as `readingCaliper`, in one go. */
export function readCaliper(text: string, receivedAt: string): Reading {
  return finish(readingCaliper(text, receivedAt))
}

/** An item's own context decides; without one, the envelope's `dataVersion`, and then its form. */
export function versionOf(item: Node, envelope: Pick<Envelope, 'version'>): CaliperVersion {
  return itemVersion(item['@context']) ?? envelope.version ?? versionByForm(item)
}

function readItem(
  { value: item, text: raw }: JsonElement,
  index: number,
  envelope: Envelope,
  around: Surroundings,
): ReadItem {
  const kind = isNode(item) ? kindOf(item) : 'event'
  const errors = refuse(item, raw, kind, index)
  if (errors !== undefined) {
    return { index, raw, id: isNode(item) ? shownId(idOf(item)) : undefined, errors }
  }

  const node = item as Node // or it would have been refused
  const version = versionOf(node, envelope)
  const event = normalize[kind](node, raw, version, around)
  const found = checkItem(node, kind, version)
  if (found.length > 0) {
    event.conformant = !found.some(({ rule }) => rule.severity === 'error')
    event.issueCodes = [...new Set(found.map(({ rule }) => rule.code))].sort()
  }
  if (around.mayBeIllFormed) makeWellFormed(event)
  const id = kind === 'event' ? event.eventId : (event.objectId ?? event.eventId)
  return { index, event, id }
}

/** Collects what an item in quarantine needs to be read again alone. */
function contextOf({ properties }: Envelope): Record<string, string> {
  const context: Record<string, string> = {}
  for (const name of ['dataVersion', 'sendTime', 'sensor']) {
    const value = properties[name]
    if (typeof value === 'string') context[name] = value
  }
  return context
}

function notAnEnvelope(body: unknown): AppError {
  const issue: Issue = { path: [], message: 'Expected an object', code: 'wrong_type' }
  if (isNode(body)) {
    const isMissing = body.data === undefined || body.data === null
    issue.path = ['data']
    issue.message = isMissing ? 'Required' : 'Expected an array'
    if (isMissing) issue.code = 'required'
  }
  const isBare = isNode(body) && (body.actor !== undefined || body['@type'] !== undefined)
  const hint = isBare ? ', it is what belongs into the `data` of one' : ''
  return new AppError('invalid_envelope', `The body is not a Caliper envelope${hint}`, {
    errors: [{ ...issue, spec: spec.envelope }],
  })
}
