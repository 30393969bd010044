import { usualDays } from '../../event/kept-days'
import type { ReadEvent } from '../../event/reading'
import type { EventRecord } from '../../event/record'
import type { CommonOf } from '../../mapping/common-words'
import type { Origin } from '../arrival'
import type { Terms } from '../record-store'

interface Needs extends Origin {
  terms: Terms
  /** It says what happened in the words that all standards share. */
  commonOf: CommonOf
}

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Stamps events: server time is the authority; the sender's times stand beside it, with the skew.
 */
export function stampWith(needs: Needs) {
  const { tenantId, sourceId, server, receivedAt, terms, commonOf, keptDays = usualDays } = needs
  const from = terms.storedAt ?? needs.storedAt ?? receivedAt
  const { repair } = needs
  const { storedAt } = terms
  const receivedMs = Date.parse(receivedAt)
  const expiry = expiryFrom(Date.parse(from))
  const skew = skewFrom(receivedMs)

  return function stamp(event: ReadEvent): EventRecord {
    const retentionClass = event.retentionClass ?? 'standard'
    // The shortest counts: a sender may ask for less than its class has, and not for more. A day is
    // what handing it on to the lake and to webhooks may take.
    const asked = Math.max(event.retentionDays ?? Number.POSITIVE_INFINITY, 1)
    const { type, objectType, commonAction } = commonOf(event)
    // One literal, as in `caliper/normalize.ts`: copying by `...` takes twice as long. A test holds that nothing
    // is left out.
    const record: EventRecord = {
      kind: event.kind,
      tenantId,
      sourceId,
      eventId: event.eventId,
      standard: event.standard,
      standardVersion: event.standardVersion,
      type,
      action: event.action,
      commonAction,
      profile: event.profile,
      actorId: event.actorId,
      actorType: event.actorType,
      actorName: event.actorName,
      objectId: event.objectId,
      objectType,
      objectName: event.objectName,
      targetId: event.targetId,
      generatedId: event.generatedId,
      generatedType: event.generatedType,
      groupId: event.groupId,
      sessionId: event.sessionId,
      organizationId: event.organizationId,
      edAppId: event.edAppId,
      membershipRoles: event.membershipRoles,
      memberId: event.memberId,
      courseId: event.courseId,
      courseName: event.courseName,
      attemptId: event.attemptId,
      assignableId: event.assignableId,
      score: event.score,
      maxScore: event.maxScore,
      success: event.success,
      completion: event.completion,
      durationMs: event.durationMs,
      eventTime: event.eventTime,
      eventTimeEnd: event.eventTimeEnd,
      occurredAt: earlier(event.eventTime, receivedAt),
      sendTime: event.sendTime,
      receivedAt,
      skewMs: skew(event.sendTime),
      sequence: event.sequence,
      category: event.category,
      privacyLevel: event.privacyLevel ?? 'standard',
      retentionClass,
      retentionDays: event.retentionDays,
      sampleRate: event.sampleRate,
      governedBy: event.governedBy,
      expiresAt: expiry(Math.min(terms.days, keptDays[retentionClass], asked)),
      conformant: event.conformant,
      issueCodes: event.issueCodes,
      server: event.server ?? server,
      raw: event.raw,
      sentSha256: event.sentSha256,
      contentDigest: event.contentDigest,
    }
    // Few events have these, and the others need not carry them.
    if (repair !== undefined) record.repair = repair
    if (storedAt !== undefined) record.storedAt = storedAt
    return record
  }
}

/** Both are UTC with milliseconds, and so compare as text. */
function earlier(eventTime: string, receivedAt: string): string {
  if (eventTime < receivedAt) return eventTime
  return receivedAt
}

/** Computes the end of so many days once for each number of them, which items of one request share. */
function expiryFrom(fromMs: number) {
  let last: number | undefined
  let end = ''
  return (days: number): string => {
    if (days === last) return end
    last = days
    end = new Date(fromMs + days * DAY_MS).toISOString()
    return end
  }
}

/** Computes the skew once for each sendTime, which items of one request share. */
function skewFrom(receivedMs: number) {
  let last: string | undefined
  let ms: number | undefined
  return (sendTime: string | undefined): number | undefined => {
    if (sendTime === last) return ms
    last = sendTime
    ms = sendTime === undefined ? undefined : receivedMs - Date.parse(sendTime)
    return ms
  }
}
