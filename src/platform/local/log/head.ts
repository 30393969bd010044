import { rawForSql } from '../../../event/raw-for-sql'
import type { EventRecord } from '../../../event/record'

// The separators of `line.ts`: a tab ends each column, a unit separator stands between values of a list.
const COLUMNS = 47

/**
 * Writes the columns of a record's own, in the order in which `line.ts` lists them, each with its tab,
 * as they are: a value that holds a control character would have to be escaped. A list that is
 * written out is four times as fast as going through the columns.
 * @returns undefined where SQL is given another text than `raw`, which happens to be long
 */
export function plainHead(record: EventRecord): string | undefined {
  if (rawForSql(record.raw) !== undefined) return undefined
  const { kind, eventId, standard, standardVersion, type, action, profile } = record
  const { actorId, actorType, actorName, objectId, objectType, objectName } = record
  const { targetId, generatedId, generatedType, groupId, sessionId, edAppId } = record
  const { membershipRoles, score, maxScore, success, completion, durationMs } = record
  const { eventTime, sendTime, sequence, category, privacyLevel, retentionClass } = record
  const { conformant, issueCodes, commonAction, memberId, courseId, courseName } = record
  const { attemptId, assignableId, occurredAt, organizationId, eventTimeEnd } = record
  const { retentionDays, sampleRate, governedBy, sentSha256 } = record
  return `${kind}\t${eventId}\t${standard}\t${standardVersion ?? ''}\t${type}\t${action ?? ''}\t${profile ?? ''}\t${actorId ?? ''}\t${actorType ?? ''}\t${actorName ?? ''}\t${objectId ?? ''}\t${objectType ?? ''}\t${objectName ?? ''}\t${targetId ?? ''}\t${generatedId ?? ''}\t${generatedType ?? ''}\t${groupId ?? ''}\t${sessionId ?? ''}\t${edAppId ?? ''}\t${list(membershipRoles)}\t${double(score)}\t${double(maxScore)}\t${success ?? ''}\t${completion ?? ''}\t${double(durationMs)}\t${eventTime}\t${sendTime ?? ''}\t${bigint(sequence)}\t${category ?? ''}\t${privacyLevel}\t${retentionClass}\t${conformant}\t${list(issueCodes)}\t${commonAction ?? ''}\t${memberId ?? ''}\t${courseId ?? ''}\t${courseName ?? ''}\t${attemptId ?? ''}\t${assignableId ?? ''}\t${occurredAt ?? ''}\t${organizationId ?? ''}\t${eventTimeEnd ?? ''}\t${bigint(retentionDays)}\t${double(sampleRate)}\t${list(governedBy)}\t\t${sentSha256 ?? ''}\t`
}

/** Counts the control characters that the head of a record has where none of its values holds one. */
export function separatorsIn({ membershipRoles, issueCodes, governedBy }: EventRecord): number {
  return COLUMNS + between(membershipRoles) + between(issueCodes) + between(governedBy)
}

const between = (values: readonly string[] | undefined) =>
  values === undefined || values.length === 0 ? 0 : values.length - 1

const list = (values: readonly string[] | undefined) =>
  values === undefined || values.length === 0 ? '' : values.join('\x1f')

const double = (value: number | undefined) =>
  value === undefined || !Number.isFinite(value) ? '' : value

const bigint = (value: number | undefined) =>
  value === undefined || !Number.isSafeInteger(value) ? '' : value

const SPACE = 0x20

/**
 * Counts the control characters in UTF-8, those below a space, four bytes at a time.
 * @param words sees the very memory that `bytes` does, from its beginning
 */
export function countControls(
  bytes: Uint8Array,
  words: Uint32Array,
  from: number,
  to: number,
): number {
  let count = 0
  let at = from
  for (; at < to && (at & 3) !== 0; at += 1) if (bytes[at]! < SPACE) count += 1
  for (; at + 4 <= to; at += 4) {
    const word = words[at >>> 2]!
    // The highest bit of each byte says that it is at least a space, or beyond ASCII.
    const flags = ~(((word & 0x7f7f7f7f) + 0x60606060) | word) & 0x80808080
    if (flags === 0) continue
    count += ((flags >>> 7) & 1) + ((flags >>> 15) & 1) + ((flags >>> 23) & 1) + (flags >>> 31)
  }
  for (; at < to; at += 1) if (bytes[at]! < SPACE) count += 1
  return count
}
