import type { EventRecord } from '../../event/record'
import { isJson } from '../../syntax/is-json'
import { membersIn } from '../../syntax/json-elements'
import { observer } from './dialects/observer'
import { viewOf } from './view'

/** So much of a stored event is shown again to whoever sent it. */
export type PublishedEvent = Pick<
  EventRecord,
  'eventId' | 'type' | 'edAppId' | 'sessionId' | 'actorId' | 'eventTime' | 'raw' | 'profile'
>

/** An event as a real-time pipeline shows it, a member each, as JSON. */
export interface PublishedMembers {
  /** All of them but the payload. */
  envelope: string
  /** The payload in its sender's own characters, e.g. with all digits of a long number. */
  payload: string
}

/**
 * Writes the members `id`, `event_type`, `source`, `session_id`, `user_id` and `timestamp` of an event,
 * and its payload.
 * @param about the context of its reading, and the source that sent it: the application, where none is
 * named
 */
export function publishedMembers(
  event: PublishedEvent,
  { context, sourceId }: { context: Record<string, string>; sourceId: string },
): PublishedMembers {
  const { eventId, type, edAppId, sessionId, actorId, eventTime } = event
  const envelope = {
    id: eventId,
    event_type: type,
    source: edAppId ?? sourceId,
    session_id: sessionId ?? null,
    user_id: actorId ?? null,
    timestamp: eventTime,
  }
  return {
    envelope: JSON.stringify(envelope).slice(1, -1),
    payload: payloadText(event, context),
  }
}

// The first that has an object counts.
const payloadNames = ['payload', 'properties'] as const

/** Describes a record of any standard as a real-time pipeline shows it, without its payload. */
export function publishedFacts(record: EventRecord) {
  const { eventId: id, type: event_type, edAppId, sourceId, standard } = record
  return {
    id,
    event_type,
    source: (standard === 'native' ? edAppId : undefined) ?? sourceId,
    session_id: record.sessionId ?? null,
    user_id: record.actorId ?? null,
  }
}

/** Returns the payload of a record of any standard; of one that is not native, all of it. */
export function publishedPayload({ standard, raw, profile }: EventRecord): string {
  return standard === 'native' ? payloadText({ raw, profile }, {}) : raw
}

/** Returns the payload of an event as JSON, in its sender's own characters; `{}` where it has none. */
export function payloadText(
  { raw, profile }: Pick<PublishedEvent, 'raw' | 'profile'>,
  context: Record<string, string>,
): string {
  if (profile === observer.name) return viewedPayload(raw, { stream: observer.name }) ?? '{}'
  if (profile !== undefined) return viewedPayload(raw, context) ?? '{}'
  const members = membersIn(raw)
  for (const name of payloadNames) {
    const text = members?.get(name)
    if (text?.startsWith('{')) return text
  }
  return objectIn(members?.get('payload_json')) ?? '{}'
}

/** A dialect has its payload elsewhere. */
function viewedPayload(raw: string, context: Record<string, string>): string | undefined {
  const members = viewOf(JSON.parse(raw), context).members as Record<string, unknown>
  const payload = members.payload ?? members.properties
  return typeof payload === 'object' && payload !== null ? JSON.stringify(payload) : undefined
}

/** A table of a database has its payload as a text. */
function objectIn(text: string | undefined): string | undefined {
  if (!text?.startsWith('"')) return undefined
  const inside = (JSON.parse(text) as string).trim()
  return membersIn(inside) === undefined || !isJson(inside) ? undefined : inside
}
