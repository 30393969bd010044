import { digestAtOnce } from '../../event/content'
import { derivedNativeId } from '../../event/id'
import type { ReadEvent } from '../../event/reading'
import { commonValuesOf } from './common-values'
import { envelopeCodes, envelopeOf } from './envelope'
import { textOf } from './gate'
import type { ReadBy } from './read-by'
import { timeOf } from './times'
import { fillFrom, type View } from './view'

/**
 * The neutral record of an item that has passed the gate: one literal with all fields, as in
 * `caliper/normalize.ts`.
 * @param view `sent` is the item as it was parsed
 * @param place tells apart, within one moment, items that say neither when they happened nor which
 * they are: two clicks are two events
 */
export function normalize(
  view: View & { sent: unknown },
  raw: string,
  { receivedAt, requestId }: Pick<ReadBy, 'receivedAt' | 'requestId'>,
  place: number,
): ReadEvent {
  const { distinction = '' } = view
  const item = view.members as Record<string, unknown>
  const time = timeOf(item)
  const ownId = textOf(item.event_id) ?? textOf(item.id)
  const said = commonValuesOf(item)
  const envelope = envelopeOf(item)
  const issueCodes = envelopeCodes(item)
  const actorId = textOf(item.user_id)
  const event: ReadEvent = {
    kind: 'event',
    eventId:
      ownId ??
      derivedNativeId(
        raw,
        `${distinction}${time ? '' : distinctionAt(receivedAt, place, requestId)}`,
      ),
    standard: 'native',
    standardVersion: envelope.standardVersion,
    type: item.event_type as string,
    action: undefined,
    profile: view.dialect,
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
    organizationId: envelope.organizationId,
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
    eventTime: time?.start ?? receivedAt,
    eventTimeEnd: time?.end,
    sendTime: undefined,
    sequence: envelope.sequence,
    commonAction: undefined,
    category: undefined,
    privacyLevel: envelope.privacyLevel,
    // The lake keeps what is sensitive for as long as what is of a type that is.
    retentionClass: envelope.privacyLevel,
    retentionDays: envelope.retentionDays,
    conformant: issueCodes.length === 0,
    issueCodes,
    raw,
    contentDigest: digestAtOnce(raw, view.sent),
  }
  if (view.dialect !== undefined) fillFrom(view, event)
  return event
}

/** Tells two items of one content apart by when and where they arrived. */
export function distinctionAt(receivedAt: string, place: number, requestId = ''): string {
  return `${receivedAt} ${place} ${requestId}`
}
