import { contentDigest } from '../../event/content'
import { derivedId } from '../../event/id'
import type { ReadEvent } from '../../event/reading'
import type { Kind } from '../../event/record'
import { durationMs } from '../../syntax/duration'
import { toUtcMillis } from '../../syntax/timestamp'
import { actionTerm, term } from './model/terms'
import { idOf, type Node, nameOf, typeOf } from './node'
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
  const { actor, object, generated, membership } = item
  const generatedType = typeOf(generated)
  return {
    kind: 'event',
    eventId: idOf(item) ?? derivedId(raw),
    standard: 'caliper',
    standardVersion: version,
    type: typeOf(item)!,
    action: typeof item.action === 'string' ? actionTerm(item.action) : undefined,
    profile: typeof item.profile === 'string' ? term(item.profile) : undefined,
    actorId: idOf(actor),
    actorType: typeOf(actor),
    actorName: nameOf(actor),
    objectId: idOf(object),
    objectType: typeOf(object),
    objectName: nameOf(object),
    targetId: idOf(item.target),
    generatedId: idOf(generated),
    generatedType,
    groupId: idOf(item.group),
    sessionId: idOf(item.session) ?? idOf(item.federatedSession),
    edAppId: idOf(item.edApp),
    membershipRoles: rolesOf(membership),
    score: pointsOf(generated, generatedType, GIVEN),
    maxScore: pointsOf(generated, generatedType, POSSIBLE),
    success: undefined,
    completion: undefined,
    durationMs: spentOn(generated, generatedType) ?? spentOn(object, typeOf(object)),
    eventTime: toUtcMillis(item.eventTime as string)!,
    sendTime: around.sendTime,
    sequence: undefined,
    conformant: true,
    issueCodes: [],
    raw,
    contentDigest: contentDigest(raw, item),
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
    objectName: nameOf(item),
    targetId: undefined,
    generatedId: undefined,
    generatedType: undefined,
    groupId: undefined,
    sessionId: undefined,
    edAppId: undefined,
    membershipRoles: rolesOf(item),
    score: pointsOf(item, type, GIVEN),
    maxScore: pointsOf(item, type, POSSIBLE),
    success: undefined,
    completion: undefined,
    durationMs: spentOn(item, type),
    eventTime: modified ?? around.sendTime ?? around.receivedAt,
    sendTime: around.sendTime,
    sequence: undefined,
    conformant: true,
    issueCodes: [],
    raw,
    contentDigest: contentDigest(raw, item),
  }
}

function rolesOf(membership: unknown): string[] | undefined {
  if (typeof membership !== 'object' || membership === null) return undefined
  const { roles } = membership as Node
  if (!Array.isArray(roles)) return undefined
  const terms: string[] = []
  for (const role of roles) if (typeof role === 'string') terms.push(term(role))
  return terms.length === 0 ? undefined : terms
}

// A Score has scoreGiven and maxScore, a Result resultScore and maxResultScore; in 1.0 a Result had
// totalScore, of which normalScore is the part before extra credit and penalties.
const GIVEN = { Score: ['scoreGiven'], Result: ['resultScore', 'totalScore', 'normalScore'] }
const POSSIBLE = { Score: ['maxScore'], Result: ['maxResultScore'] }

function pointsOf(
  value: unknown,
  type: string | undefined,
  names: typeof GIVEN,
): number | undefined {
  if (type !== 'Score' && type !== 'Result') return undefined
  for (const name of names[type]) {
    const points = (value as Node)[name]
    if (typeof points === 'number' && Number.isFinite(points)) return points
  }
  return undefined
}

/** Time that somebody spent: an attempt's, a response's, a session's. Not a video's length. */
function spentOn(value: unknown, type: string | undefined): number | undefined {
  if (type === undefined) return undefined
  const { duration } = value as Node
  if (typeof duration !== 'string') return undefined
  const isSpent = type === 'Attempt' || type.endsWith('Response') || type.endsWith('Session')
  return isSpent ? durationMs(duration) : undefined
}
