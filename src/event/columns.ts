import type { EventRecord } from './record'

export type ColumnType = 'string' | 'strings' | 'double' | 'bigint' | 'boolean' | 'timestamp'

export interface Column {
  /**
   * The name is lower snake_case: Athena and the OpenX SerDe fold case, so nothing else survives
   * there.
   */
  name: string
  type: ColumnType
  /** The value stands at this path in the record, e.g. `['server', 'ip']`. */
  from: readonly [keyof EventRecord, ...string[]]
  comment: string
}

const column = (
  name: string,
  type: ColumnType,
  from: keyof EventRecord | readonly [keyof EventRecord, ...string[]],
  comment: string,
): Column => ({ name, type, from: typeof from === 'string' ? [from] : from, comment })

/**
 * This list declares the lake's columns once: Glue, Firehose, the local Parquet writer, DuckDB's
 * and Athena's views are all derived from it. It is append-only; a column that was written stays.
 */
export const columns: readonly Column[] = [
  column('kind', 'string', 'kind', 'event, or entity for a describe'),
  column('tenant_id', 'string', 'tenantId', 'whose data this is'),
  column('source_id', 'string', 'sourceId', 'which registered source sent it'),
  column('event_id', 'string', 'eventId', 'unique within a tenant; duplicates share it'),
  column('standard', 'string', 'standard', 'caliper, xapi or native'),
  column('standard_version', 'string', 'standardVersion', 'e.g. 1.2'),
  column('type', 'string', 'type', 'e.g. ViewEvent, or the type of an entity'),
  column('action', 'string', 'action', 'e.g. Viewed'),
  column('profile', 'string', 'profile', 'metric profile, when named'),
  column('actor_id', 'string', 'actorId', 'who'),
  column('actor_type', 'string', 'actorType', 'e.g. Person'),
  column('actor_name', 'string', 'actorName', 'as sent'),
  column('object_id', 'string', 'objectId', 'what'),
  column('object_type', 'string', 'objectType', 'e.g. Page'),
  column('object_name', 'string', 'objectName', 'as sent'),
  column('target_id', 'string', 'targetId', 'the part of the object that was acted on'),
  column('generated_id', 'string', 'generatedId', 'what the action made'),
  column('generated_type', 'string', 'generatedType', 'e.g. Score'),
  column('group_id', 'string', 'groupId', 'group as sent: course, section, team'),
  column('session_id', 'string', 'sessionId', "the learner's session"),
  column('ed_app_id', 'string', 'edAppId', 'the application in use'),
  column('membership_roles', 'strings', 'membershipRoles', 'e.g. Learner'),
  column('score', 'double', 'score', 'points given'),
  column('max_score', 'double', 'maxScore', 'points possible'),
  column('success', 'boolean', 'success', 'passed, when the standard says so'),
  column('completion', 'boolean', 'completion', 'completed, when the standard says so'),
  column('duration_ms', 'double', 'durationMs', 'milliseconds'),
  column('event_time', 'timestamp', 'eventTime', "when it happened, by the sender's clock, UTC"),
  column('send_time', 'timestamp', 'sendTime', "when it was sent, by the sender's clock, UTC"),
  column('received_at', 'timestamp', 'receivedAt', 'when it arrived here, UTC; the authority'),
  column('skew_ms', 'bigint', 'skewMs', 'received_at minus send_time, milliseconds'),
  column('sequence', 'bigint', 'sequence', "the sender's own counter"),
  column('category', 'string', 'category', 'governance category'),
  column('privacy_level', 'string', 'privacyLevel', 'standard, sensitive or pii'),
  column('retention_class', 'string', 'retentionClass', 'decides how long the lake keeps it'),
  column('conformant', 'boolean', 'conformant', "no error by the standard's text"),
  column('issue_codes', 'strings', 'issueCodes', 'departures from the standard, by code'),
  column('server_subject', 'string', ['server', 'subject'], 'id of the key that sent it'),
  column('server_ip', 'string', ['server', 'ip'], 'address that sent it'),
  column('server_user_agent', 'string', ['server', 'userAgent'], 'program that sent it'),
  column('request_id', 'string', ['server', 'requestId'], 'the request it came in'),
  column('raw', 'string', 'raw', 'the item as sent or repaired, JSON that SQL can parse'),
  column('raw_exact', 'string', 'raw', 'the item to the letter, where raw is not'),
  column('repaired_by', 'string', ['repair', 'by'], 'id of the key that repaired it, if any did'),
  column('repaired_at', 'timestamp', ['repair', 'at'], 'when it was repaired, UTC'),
  column('repaired_paths', 'strings', ['repair', 'paths'], 'JSON Pointers to what was changed'),
  column('common_action', 'string', 'commonAction', "the action in Caliper's words, or null"),
  column('stored_at', 'timestamp', 'storedAt', 'when the record store of xAPI took it, UTC'),
  column('server_defines', 'boolean', ['server', 'defines'], 'false: its sender may not define'),
  column('member_id', 'string', 'memberId', 'whose roles membership_roles are'),
  column('course_id', 'string', 'courseId', 'nearest section above the group, else offering'),
  column('course_name', 'string', 'courseName', 'as sent'),
  column('attempt_id', 'string', 'attemptId', 'attempt that was made, submitted or graded'),
  column('assignable_id', 'string', 'assignableId', 'what was attempted or graded'),
  column('occurred_at', 'timestamp', 'occurredAt', 'event_time, or received_at where earlier, UTC'),
  column('organization_id', 'string', 'organizationId', 'as sent; whose data it is: tenant_id'),
  column('event_time_end', 'timestamp', 'eventTimeEnd', 'end of a coarse event_time, exclusive'),
  column('retention_days', 'bigint', 'retentionDays', 'how long its sender asks to keep it'),
  column('sample_rate', 'double', 'sampleRate', 'share of its kind that is kept; null is all'),
  column('governed_by', 'strings', 'governedBy', 'rules of the policy that changed it, by name'),
]
