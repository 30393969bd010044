import { randomUUID } from 'node:crypto'
import { contentDigest } from '../../event/content'
import type { ReadEvent } from '../../event/reading'
import { durationMs } from '../../syntax/duration'
import { toUtcMillis } from '../../syntax/timestamp'
import { agentKey, isAgentOrGroup } from './agents'
import { comparableIn } from './comparison'
import { anyOf } from './language-map'
import { booleanAt, type Node, nodeAt, nodesAt, numberAt, textAt } from './node'
import { assessedIn, courseOf, orgUnitOf, rolesOf, typeOfActivity } from './surroundings'
import type { XapiVersion } from './version'

/**
 * The neutral record of a statement that has passed the gate: one literal with all fields, as in
 * `caliper/normalize.ts`.
 * @param receivedAt ISO 8601 UTC, the time of a statement that names none (1.0.3, Data, 2.4.7)
 */
export function normalize(
  statement: Node,
  raw: string,
  version: XapiVersion,
  receivedAt: string,
): ReadEvent {
  const actor = nodeAt(statement, 'actor')
  const object = nodeAt(statement, 'object')
  const context = nodeAt(statement, 'context')
  const result = nodeAt(statement, 'result')
  const timestamp = textAt(statement, 'timestamp')
  const duration = textAt(result, 'duration')
  const language = textAt(context, 'language')
  const course = courseOf(object, context, language)
  const { attemptId, assignableId } = assessedIn(object, context, result)
  const actorId = agentKey(actor)
  const membershipRoles = rolesOf(context)
  return {
    kind: 'event',
    eventId: textAt(statement, 'id')?.toLowerCase() ?? randomUUID(),
    standard: 'xapi',
    standardVersion: version,
    type: 'Statement',
    action: textAt(nodeAt(statement, 'verb'), 'id'),
    profile: profileOf(context),
    actorId,
    actorType: textAt(actor, 'objectType') ?? 'Agent',
    actorName: textAt(actor, 'name'),
    objectId: idOfObject(object),
    objectType: typeOfObject(object),
    objectName: nameOfObject(object, language),
    targetId: targetOf(object),
    generatedId: undefined,
    generatedType: undefined,
    groupId: course.id,
    sessionId: textAt(context, 'registration')?.toLowerCase(),
    edAppId: textAt(context, 'platform'),
    membershipRoles,
    memberId: membershipRoles === undefined ? undefined : actorId,
    courseId: course.id ?? orgUnitOf(context),
    courseName: course.name,
    attemptId,
    assignableId,
    ...pointsOf(nodeAt(result, 'score')),
    success: booleanAt(result, 'success'),
    completion: booleanAt(result, 'completion'),
    durationMs: duration === undefined ? undefined : durationMs(duration),
    eventTime: (timestamp === undefined ? undefined : toUtcMillis(timestamp)) ?? receivedAt,
    sendTime: undefined,
    sequence: undefined,
    conformant: true,
    issueCodes: [],
    raw,
    contentDigest: contentDigest(raw, statement, comparableIn(version)),
  }
}

/**
 * The points are those of `raw`; a score that is only scaled, or has no maximum above 0 beside it, is
 * so many points of 1.
 */
function pointsOf(score: Node | undefined): Pick<ReadEvent, 'score' | 'maxScore'> {
  const raw = numberAt(score, 'raw')
  const max = numberAt(score, 'max')
  const maxScore = max !== undefined && max > 0 ? max : undefined
  const scaled = numberAt(score, 'scaled')
  if (raw !== undefined && (maxScore !== undefined || scaled === undefined)) {
    return { score: raw, maxScore }
  }
  return { score: scaled, maxScore: scaled === undefined ? maxScore : 1 }
}

/** A SubStatement has no id, and stands for the object that it is about in `targetOf`. */
function idOfObject(object: Node | undefined): string | undefined {
  if (isAgentOrGroup(object)) return agentKey(object)
  const id = textAt(object, 'id')
  return object?.objectType === 'StatementRef' ? id?.toLowerCase() : id
}

function targetOf(object: Node | undefined): string | undefined {
  return object?.objectType === 'SubStatement' ? idOfObject(nodeAt(object, 'object')) : undefined
}

function typeOfObject(object: Node | undefined): string {
  const type = textAt(object, 'objectType') ?? 'Activity'
  return type === 'Activity' ? (typeOfActivity(object) ?? type) : type
}

function nameOfObject(object: Node | undefined, language: string | undefined): string | undefined {
  if (isAgentOrGroup(object)) return textAt(object, 'name')
  return anyOf(nodeAt(nodeAt(object, 'definition'), 'name'), language)
}

const PROFILE = 'http://adlnet.gov/expapi/activities/profile'

/** A statement names the profile that it follows as a category of that type (Profiles, 1.0, 2). */
function profileOf(context: Node | undefined): string | undefined {
  const categories = nodesAt(nodeAt(context, 'contextActivities'), 'category')
  return textAt(
    categories.find((one) => typeOfActivity(one) === PROFILE),
    'id',
  )
}
