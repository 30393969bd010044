import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { parsingItems } from '../../event/json-body'
import { MAX_ID_LENGTH } from '../../event/limits'
import type { JsonElement } from '../../syntax/json-elements'
import type { Steps } from '../../syntax/steps'
import { textOf } from './gate'
import type { View } from './view'

type Members = Record<string, unknown>

/** The member under which a body has its events, when it says their source once for all. */
export const EVENTS = 'events'

/** The context has that source under this name, so that one of the events can be read again alone. */
const IN_CONTEXT = 'source'

/** These are the events of a body with what it says of all of them. */
export interface Sourced {
  elements: JsonElement[]
  context: Record<string, string>
}

/**
 * Parses a body `{ source, events: [...] }`.
 * @returns undefined when it is something else, e.g. an event that has a member `events`
 * @throws {AppError} `invalid_request` when its source is none; `too_large`
 */
export function* parsingSourced(body: string): Steps<Sourced | undefined> {
  if (!body.includes(`"${EVENTS}"`)) return undefined
  const parts = yield* parsingItems(body, EVENTS)
  if (parts === undefined) return undefined
  const { source, event_type: type } = parts.shell as Members
  if (type !== undefined) return undefined
  if (source === undefined || source === null) return { elements: parts.elements, context: {} }
  const name = textOf(source)
  if (name === undefined || name.length > MAX_ID_LENGTH) throw badSource()
  return { elements: parts.elements, context: { [IN_CONTEXT]: name } }
}

function badSource(): AppError {
  const message = `Expected a text of 1 to ${MAX_ID_LENGTH} characters, or an integer below 2^53`
  const errors: Issue[] = [{ path: ['source'], message, code: 'invalid_source' }]
  return new AppError('invalid_request', `source: ${message}.`, { errors })
}

/** Fills in the source that an event's body said once for all, where the event has none of its own. */
export function withSource(view: View, context: Record<string, string>): View {
  const { members } = view
  const source = context[IN_CONTEXT]
  if (source === undefined || !lacksSource(members)) return view
  const distinction = `${JSON.stringify(source)} `
  return { ...view, members: { ...members, source }, distinction }
}

function lacksSource(item: unknown): item is Members {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false
  const { source } = item as Members
  return source === undefined || source === null || source === ''
}
