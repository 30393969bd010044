import { contentDigest } from '../../event/content'
import { derivedId } from '../../event/id'
import type { ReadEvent } from '../../event/reading'
import { commonValuesOf } from './common-values'
import { textOf, timeOf } from './gate'
import type { ReadBy } from './read-by'
import type { View } from './view'

/**
 * The neutral record of an item that has passed the gate: one literal with all fields, as in
 * `caliper/normalize.ts`.
 * @param place tells apart, within one moment, items that say neither when they happened nor which
 * they are: two clicks are two events
 */
export function normalize(
  { members, distinction = '' }: View,
  raw: string,
  { receivedAt }: Pick<ReadBy, 'receivedAt'>,
  place: number,
): ReadEvent {
  const item = members as Record<string, unknown>
  const eventTime = timeOf(item.timestamp)
  const ownId = textOf(item.event_id) ?? textOf(item.id)
  const said = commonValuesOf(item)
  const actorId = textOf(item.user_id)
  return {
    kind: 'event',
    eventId:
      ownId ?? derivedId(raw, `${distinction}${eventTime ? '' : distinctionAt(receivedAt, place)}`),
    standard: 'native',
    standardVersion: undefined,
    type: item.event_type as string,
    action: undefined,
    profile: undefined,
    actorId,
    actorType: undefined,
    actorName: said.actorName,
    objectId: said.objectId,
    objectType: said.objectType,
    objectName: said.objectName,
    targetId: undefined,
    generatedId: undefined,
    generatedType: undefined,
    groupId: said.groupId,
    sessionId: textOf(item.session_id),
    edAppId: textOf(item.source),
    membershipRoles: said.roles,
    memberId: said.roles === undefined ? undefined : actorId,
    courseId: said.courseId,
    courseName: said.courseName,
    attemptId: said.attemptId,
    assignableId: said.assignableId,
    score: said.score,
    maxScore: said.maxScore,
    success: said.success,
    completion: said.completion,
    durationMs: said.durationMs,
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
