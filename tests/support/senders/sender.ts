import type { EventRecord, StandardName } from '../../../src/event/record'

type Said =
  | 'actorId'
  | 'objectId'
  | 'objectName'
  | 'courseId'
  | 'courseName'
  | 'membershipRoles'
  | 'memberId'
  | 'attemptId'
  | 'assignableId'
  | 'score'
  | 'maxScore'
  | 'durationMs'

/** A document in the shape of a sender's, and what its record says; a field not named here is empty. */
export interface Shape {
  says: string
  sent: Record<string, unknown>
  record: Partial<Pick<EventRecord, Said>>
}

/** Everything that is tried of one sender: its documents, and what named queries make of them. */
export interface Sender {
  name: string
  /** Its page in docs/senders, which says where each of these stands. */
  page: string
  standard: StandardName
  shapes: Shape[]
  /** The rows of named queries over all its shapes, without the tenant in front of each. */
  rows: { query: string; rows: unknown[][] }[]
}

/** A record without anything that a sender may leave unsaid. */
export const unsaid: Record<Said, undefined> = {
  actorId: undefined,
  objectId: undefined,
  objectName: undefined,
  courseId: undefined,
  courseName: undefined,
  membershipRoles: undefined,
  memberId: undefined,
  attemptId: undefined,
  assignableId: undefined,
  score: undefined,
  maxScore: undefined,
  durationMs: undefined,
}

/** The day on which everything here happens. */
export const day = '2026-09-01'

const contexts = {
  '1.2': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  '1.1': 'http://purl.imsglobal.org/ctx/caliper/v1p1',
  '1.0': 'http://purl.imsglobal.org/ctx/caliper/v1/Context',
}

let made = 0

/** A Caliper event of a version at a minute of one morning; 1.0 has no ids, and IRIs for terms. */
export function caliperEvent(
  version: keyof typeof contexts,
  minute: number,
  type: string,
  action: string,
  more: Record<string, unknown>,
): Record<string, unknown> {
  made += 1
  const place = String(made).padStart(12, '0')
  const eventTime = `${day}T09:${String(minute).padStart(2, '0')}:00.000Z`
  const head = { '@context': contexts[version], eventTime }
  if (version !== '1.0') {
    return { ...head, id: `urn:uuid:6b1e0000-0000-4000-8000-${place}`, type, action, ...more }
  }
  return {
    ...head,
    '@type': early(type),
    action: `http://purl.imsglobal.org/vocab/caliper/v1/action#${action}`,
    ...more,
  }
}

/** A type as 1.0 writes it. */
export function early(type: string): string {
  return `http://purl.imsglobal.org/caliper/v1/${type}`
}
