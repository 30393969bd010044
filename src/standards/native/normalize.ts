import { contentDigest } from '../../event/content'
import { derivedId } from '../../event/id'
import type { ReadEvent } from '../../event/reading'
import { textOf, timeOf } from './gate'

/**
 * The neutral record of an item that has passed the gate: one literal with all fields, as in
 * `caliper/normalize.ts`.
 * @param place tells apart, within one moment, items that say neither when they happened nor which
 * they are: two clicks are two events
 */
export function normalize(
  item: Record<string, unknown>,
  raw: string,
  receivedAt: string,
  place: number,
): ReadEvent {
  const eventTime = timeOf(item.timestamp)
  const ownId = textOf(item.event_id) ?? textOf(item.id)
  return {
    kind: 'event',
    eventId:
      ownId ?? derivedId(raw, eventTime === undefined ? distinctionAt(receivedAt, place) : ''),
    standard: 'native',
    standardVersion: undefined,
    type: item.event_type as string,
    action: undefined,
    profile: undefined,
    actorId: textOf(item.user_id),
    actorType: undefined,
    actorName: undefined,
    objectId: undefined,
    objectType: undefined,
    objectName: undefined,
    targetId: undefined,
    generatedId: undefined,
    generatedType: undefined,
    groupId: undefined,
    sessionId: textOf(item.session_id),
    edAppId: textOf(item.source),
    membershipRoles: undefined,
    score: undefined,
    maxScore: undefined,
    success: undefined,
    completion: undefined,
    durationMs: undefined,
    eventTime: eventTime ?? receivedAt,
    sendTime: undefined,
    sequence: undefined,
    conformant: true,
    issueCodes: [],
    raw,
    contentDigest: contentDigest(raw, item),
  }
}

/** Tells two items of one content apart by when and where they arrived. */
export function distinctionAt(receivedAt: string, place: number): string {
  return `${receivedAt} ${place} `
}
