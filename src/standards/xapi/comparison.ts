import { canonicalJson } from '../../syntax/canonical-json'
import { comparableMbox, isAgentOrGroup } from './agents'
import { isNode, type Node, nodeAt, nodesAt } from './node'
import { momentOf, withHundredths } from './time'
import type { XapiVersion } from './version'

/*
 * Two statements are the same when they differ by nothing but the exceptions to their immutability
 * (1.0.3, Data, 2.3.1; 9274.1.1, 4.2.4.1). These differences do not count:
 * - order of keys, white space, the form of numbers: it is the same JSON;
 * - id, stored, authority and version, which a record store sets; a timestamp that one of them lacks;
 * - the display of a verb, and the definition of an activity, wherever it stands;
 * - the zone of a timestamp, and zeros at its end;
 * - the order of the members of a group;
 * - one activity in contextActivities alone, or in an array;
 * - the case of UUIDs, of hashes, of a language tag and of the domain of an address;
 * - from 2.0 on, digits of a duration beyond hundredths of a second.
 * Everything else counts: a duration in other units too (2.3.1), the order of activities, and
 * whether an objectType is written out.
 */

type Prepare = (copy: unknown) => unknown

/** Makes a function that takes out of a copy of a statement whatever does not count. */
export function comparableIn(version: XapiVersion): Prepare {
  return version === '2.0.0' ? comparable2 : comparable1
}

/** Tells whether two texts are the same statement; either may lack a timestamp. */
export function isSameStatement(a: string, b: string, version: XapiVersion): boolean {
  return isSamePrepared(a, b, comparableIn(version))
}

/**
 * Compares a statement with the one that its signature has, which was made before the signature was
 * attached (1.0.3, Data, 2.6).
 * @param isSignature tells which attachments do not count
 */
export function isSameBeforeSigning(
  signed: string,
  payload: string,
  version: XapiVersion,
  isSignature: (attachment: Node) => boolean,
): boolean {
  const prepare = comparableIn(version)
  return isSamePrepared(signed, payload, (copy) => {
    if (isNode(copy) && Array.isArray(copy.attachments)) {
      const others = copy.attachments.filter((one) => !(isNode(one) && isSignature(one)))
      copy.attachments = others.length === 0 ? undefined : others
    }
    return prepare(copy)
  })
}

function isSamePrepared(a: string, b: string, prepare: Prepare): boolean {
  const timed = [a, b].map((text) => isTimed(text))
  const isTimeless = timed.includes(false)
  const [one, other] = [a, b].map((text) =>
    canonicalJson(text, undefined, (copy) => {
      if (isTimeless && isNode(copy)) copy.timestamp = undefined
      return prepare(copy)
    }),
  )
  return one === other
}

function isTimed(text: string): boolean {
  const value: unknown = JSON.parse(text)
  return isNode(value) && value.timestamp !== undefined
}

const comparable1: Prepare = (copy) => prepared(copy, false)
const comparable2: Prepare = (copy) => prepared(copy, true)

function prepared(copy: unknown, cutsDurations: boolean): unknown {
  if (!isNode(copy)) return copy
  copy.id = undefined
  copy.stored = undefined
  copy.authority = undefined
  copy.version = undefined
  prepareTold(copy, cutsDurations)
  return copy
}

/** Prepares what a statement and a SubStatement have in common. */
function prepareTold(told: Node, cutsDurations: boolean): void {
  if (typeof told.timestamp === 'string') told.timestamp = momentOf(told.timestamp)
  prepareActor(nodeAt(told, 'actor'))
  const verb = nodeAt(told, 'verb')
  if (verb !== undefined) verb.display = undefined
  prepareObject(nodeAt(told, 'object'), cutsDurations)
  prepareContext(nodeAt(told, 'context'))
  const result = nodeAt(told, 'result')
  if (cutsDurations && typeof result?.duration === 'string') {
    result.duration = withHundredths(result.duration)
  }
  for (const attachment of nodesAt(told, 'attachments')) lower(attachment, 'sha2')
}

function prepareObject(object: Node | undefined, cutsDurations: boolean): void {
  if (object === undefined) return
  if (object.objectType === 'SubStatement') prepareTold(object, cutsDurations)
  else if (object.objectType === 'StatementRef') lower(object, 'id')
  else if (isAgentOrGroup(object)) prepareActor(object)
  else object.definition = undefined
}

function prepareContext(context: Node | undefined): void {
  if (context === undefined) return
  lower(context, 'registration')
  lower(context, 'language')
  prepareActor(nodeAt(context, 'instructor'))
  prepareActor(nodeAt(context, 'team'))
  const reference = nodeAt(context, 'statement')
  if (reference !== undefined) lower(reference, 'id')
  for (const one of nodesAt(context, 'contextAgents')) prepareActor(nodeAt(one, 'agent'))
  for (const one of nodesAt(context, 'contextGroups')) prepareActor(nodeAt(one, 'group'))
  const activities = nodeAt(context, 'contextActivities')
  for (const name in activities) {
    const list = nodesAt(activities, name)
    for (const activity of list) activity.definition = undefined
    activities[name] = list
  }
}

function prepareActor(actor: Node | undefined): void {
  if (actor === undefined) return
  if (typeof actor.mbox === 'string') actor.mbox = comparableMbox(actor.mbox)
  lower(actor, 'mbox_sha1sum')
  const members = nodesAt(actor, 'member')
  if (members.length === 0) return
  for (const member of members) prepareActor(member)
  actor.member = members
    .map((member) => [JSON.stringify(member), member] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, member]) => member)
}

function lower(node: Node, name: string): void {
  const value = node[name]
  if (typeof value === 'string') node[name] = value.toLowerCase()
}
