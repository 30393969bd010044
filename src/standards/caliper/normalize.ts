import { digestAtOnce } from '../../event/content'
import { derivedId } from '../../event/id'
import type { ReadEvent } from '../../event/reading'
import type { Kind } from '../../event/record'
import { toUtcMillis } from '../../syntax/timestamp'
import { actionTerm, term } from './model/terms'
import { idOf, isNode, type Node, nameOf, nodeOf, typeOf } from './node'
import { assessedIn } from './record/assessed'
import { courseOf } from './record/course'
import { membershipOf, rolesIn } from './record/membership'
import { objectNameOf } from './record/names'
import { pointsOf, pointsOfEntity } from './record/points'
import { spentOn, timeSpent } from './record/spent'
import type { CaliperVersion } from './version'

/** An item takes these values from the request it came in. */
export interface Surroundings {
  sendTime: string | undefined
  receivedAt: string
  /** It is true when its strings may hold half a surrogate pair. */
  mayBeIllFormed: boolean
}

type Normalize = (
  item: Node,
  raw: string,
  version: CaliperVersion,
  around: Surroundings,
) => ReadEvent

/** The neutral record of an item that has passed the gate; conformance is not looked at. */
export const normalize: Record<Kind, Normalize> = { event: normalizeEvent, entity: normalizeEntity }

// Every record is one literal with all fields in one order: the engine then gives all of them one
// hidden class, and what stores, serialises or filters them stays fast.
function normalizeEvent(
  item: Node,
  raw: string,
  version: CaliperVersion,
  around: Surroundings,
): ReadEvent {
  const { actor, object } = item
  const type = typeOf(item)!
  const action = typeof item.action === 'string' ? actionTerm(item.action) : undefined
  const made = generatedIn(item)
  const assessed = assessedIn(item, type, action, made)
  const { roles, memberId } = membershipOf(item)
  const objectName = objectNameOf(object, assessed.assignable)
  const course = courseOf(item, made, objectName)
  const { score, maxScore } = pointsOf(item, action, made, assessed)
  return {
    kind: 'event',
    eventId: idOf(item) ?? derivedId(raw),
    standard: 'caliper',
    standardVersion: version,
    type,
    action,
    profile: typeof item.profile === 'string' ? term(item.profile) : undefined,
    actorId: idOf(actor),
    actorType: typeOf(actor),
    actorName: nameOf(actor),
    objectId: idOf(object),
    objectType: typeOf(object),
    objectName,
    targetId: idOf(item.target),
    generatedId: idOf(made),
    generatedType: typeOf(made),
    groupId: idOf(item.group),
    sessionId: idOf(item.session) ?? idOf(item.federatedSession),
    edAppId: idOf(item.edApp),
    membershipRoles: roles,
    memberId,
    courseId: course.id,
    courseName: course.name,
    attemptId: assessed.attemptId,
    assignableId: assessed.assignableId,
    score,
    maxScore,
    success: undefined,
    completion: undefined,
    durationMs: timeSpent(item, type, made, version),
    eventTime: toUtcMillis(item.eventTime as string)!,
    sendTime: around.sendTime,
    sequence: undefined,
    conformant: true,
    issueCodes: [],
    raw,
    contentDigest: digestAtOnce(raw, item),
  }
}

/** A describe: what it says of the entity stands where an event's object stands. */
function normalizeEntity(
  item: Node,
  raw: string,
  version: CaliperVersion,
  around: Surroundings,
): ReadEvent {
  const type = typeOf(item)!
  const { roles, memberId } = rolesIn(item)
  const objectName = objectNameOf(item, item.assignable)
  const course = courseOf({ object: item }, undefined, objectName)
  const { score, maxScore } = pointsOfEntity(item, type)
  const modified =
    typeof item.dateModified === 'string' ? toUtcMillis(item.dateModified) : undefined
  return {
    kind: 'entity',
    eventId: derivedId(raw),
    standard: 'caliper',
    standardVersion: version,
    type,
    action: undefined,
    profile: undefined,
    actorId: undefined,
    actorType: undefined,
    actorName: undefined,
    objectId: idOf(item),
    objectType: type,
    objectName,
    targetId: undefined,
    generatedId: undefined,
    generatedType: undefined,
    groupId: undefined,
    sessionId: undefined,
    edAppId: undefined,
    membershipRoles: roles,
    memberId,
    courseId: course.id,
    courseName: course.name,
    attemptId: type === 'Attempt' ? idOf(item) : idOf(item.attempt),
    assignableId: idOf(item.assignable) ?? idOf(nodeOf(item.attempt)?.assignable),
    score,
    maxScore,
    success: undefined,
    completion: undefined,
    durationMs: spentOn(item, version),
    eventTime: modified ?? around.sendTime ?? around.receivedAt,
    sendTime: around.sendTime,
    sequence: undefined,
    conformant: true,
    issueCodes: [],
    raw,
    contentDigest: digestAtOnce(raw, item),
  }
}

/** Finds what an event generated. Open edX puts the Score under `score`, in an object with no type or id. */
function generatedIn({ generated }: Node): unknown {
  if (!isNode(generated) || !isNode(generated.score)) return generated
  return idOf(generated) === undefined && typeOf(generated) === undefined
    ? generated.score
    : generated
}
