import type { EventRecord } from '../../event/record'
import type { QuarantinedItem } from '../../platform/quarantine-store'
import { REDACTED, type Redacted } from './redact'

/** A line of `events.jsonl`, and its columns in `events.csv`. */
export interface EventLine {
  eventId: string
  kind: string
  standard: string
  type: string
  action?: string | undefined
  /** `actor` where the person did it, else `mentioned`. */
  as: 'actor' | 'mentioned'
  happenedAt: string
  receivedAt: string
  source: string
  object?: string | undefined
  objectType?: string | undefined
  objectName?: string | undefined
  course?: string | undefined
  score?: number | undefined
  maxScore?: number | undefined
  privacyLevel: string
  retentionClass: string
  /** The address and the program of the person; left out where somebody else sent it. */
  sentFrom?: { ip?: string | undefined; userAgent?: string | undefined } | undefined
  /** The rules of the policy that changed it. */
  governedBy?: readonly string[] | undefined
  /** So many mentions of other people were taken out. */
  redacted?: number | undefined
}

/** Columns of the CSV, in their order. */
export const eventColumns = [
  ...['happenedAt', 'as', 'action', 'type', 'objectName', 'objectType', 'object', 'course'],
  ...['score', 'maxScore', 'source', 'receivedAt', 'standard', 'eventId', 'redacted'],
] as const satisfies readonly (keyof EventLine)[]

/**
 * Writes an event as a line of JSON. What was sent stands in it to the letter, unless somebody else had to be taken out.
 */
export function eventLine(
  record: EventRecord,
  item: Redacted | undefined,
  { isActor }: { isActor: boolean },
): string {
  const { objectId, objectName, courseId, groupId, server } = record
  const shown = (text: string | undefined) => shownIn(item, text)
  const line: EventLine = {
    eventId: record.eventId,
    kind: record.kind,
    standard: record.standard,
    type: record.type,
    action: record.action,
    as: isActor ? 'actor' : 'mentioned',
    happenedAt: record.occurredAt ?? record.eventTime,
    receivedAt: record.receivedAt,
    source: record.sourceId,
    object: shown(objectId),
    objectType: record.objectType,
    objectName: shown(objectName),
    course: shown(courseId ?? groupId),
    score: record.score,
    maxScore: record.maxScore,
    privacyLevel: record.privacyLevel,
    retentionClass: record.retentionClass,
    ...(isActor && { sentFrom: { ip: server.ip, userAgent: server.userAgent } }),
    governedBy: record.governedBy,
    ...(item !== undefined && item.others > 0 && { redacted: item.others }),
  }
  return withItem(line, item)
}

/** Shows a column of an item from which somebody was taken out only where its text still stands there. */
export function shownIn(item: Redacted | undefined, text: string | undefined): string | undefined {
  if (text === undefined || item === undefined || item.others === 0) return text
  return item.text.includes(JSON.stringify(text).slice(1, -1)) ? text : REDACTED
}

/** Writes an item in quarantine, with why it is there. */
export function quarantineLine(item: QuarantinedItem, redacted: Redacted | undefined): string {
  const { quarantineId, sourceId, standard, scope, receivedAt, errors } = item
  const line = {
    ...{ quarantineId, source: sourceId, standard, scope, receivedAt },
    reasons: errors.map(({ message, code }) => ({ message, code })),
    // It cannot be read, so nobody can tell who else is in it.
    ...(redacted === undefined && { withheld: 'It cannot be read; it names the person.' }),
    ...(redacted !== undefined && redacted.others > 0 && { redacted: redacted.others }),
  }
  return withItem(line, redacted)
}

function withItem(line: object, item: Redacted | undefined): string {
  const text = JSON.stringify(line)
  // A line ends at a line feed; white space in JSON means nothing, and a text has none unescaped.
  return item === undefined
    ? text
    : `${text.slice(0, -1)},"item":${item.text.replace(/[\r\n]+/g, ' ')}}`
}
