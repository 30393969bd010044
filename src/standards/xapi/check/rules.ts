import { type ComponentList, componentLists } from '../model/interactions'
import type { ObjectName } from '../model/shape'
import { isNode, type Node, nodeAt, textAt } from '../node'
import { add, expected, type Found, rule } from './found'

/** A rule between the properties of one object, asked after each of them was checked. */
export type CrossRule = (node: Node, found: Found[]) => void

/** Statements with this verb void others (1.0.3, Data, 2.3.2). */
export const VOIDED = 'http://adlnet.gov/expapi/verbs/voided'

export const identifierNames = ['mbox', 'mbox_sha1sum', 'openid', 'account'] as const

const unidentified = rule(
  'unidentified',
  'identifier',
  'An agent needs one of mbox, mbox_sha1sum, openid and account',
)
const ambiguous = rule(
  'ambiguous',
  'identifier',
  'Only one of mbox, mbox_sha1sum, openid and account may identify',
)
const noMember = rule(
  'required',
  'group',
  'A group that has no mbox, mbox_sha1sum, openid or account needs members',
)
const twoMembers = rule(
  'invalid_authority',
  'authority',
  'A group is an authority only with exactly two members, one of them a consumer with an account',
)
const noInteraction = rule(
  'required',
  'activity',
  'The interactionType is required beside a correctResponsesPattern or lists of components',
)
const repeatedComponent = expected('duplicate_id', 'activity', 'an id that is unique in its list')
const minimum = rule('out_of_range', 'score', 'Expected a min below max')
const raw = rule('out_of_range', 'score', 'Expected a raw score from min to max')
const onlyActivity = rule(
  'needs_activity',
  'context',
  'May stand only in a statement whose object is an activity',
)
const voidsReference = expected(
  'needs_statement_ref',
  'voiding',
  'a StatementRef as the object of the verb voided',
)

/** The rules by object; an object that is left out has none. */
export const crossRules: Readonly<Partial<Record<ObjectName, readonly CrossRule[]>>> = {
  Statement: [contextFitsObject, voidsByReference],
  SubStatement: [contextFitsObject],
  Agent: [isIdentified],
  Group: [isIdentifiedOrHasMembers],
  OAuthGroup: [isOAuth],
  Definition: [interactionIsNamed, componentsDiffer],
  Score: [scoreIsInRange],
}

function identifiersOf(node: Node): number {
  let count = 0
  for (const name of identifierNames) if (node[name] !== undefined) count += 1
  return count
}

function isIdentified(agent: Node, found: Found[]): void {
  const count = identifiersOf(agent)
  if (count === 0) add(found, 'mbox', undefined, unidentified)
  else if (count > 1) addSecond(agent, found)
}

function isIdentifiedOrHasMembers(group: Node, found: Found[]): void {
  const count = identifiersOf(group)
  if (count > 1) addSecond(group, found)
  const { member } = group
  const isEmpty = member === undefined || (Array.isArray(member) && member.length === 0)
  if (count === 0 && isEmpty) add(found, 'member', member, noMember)
}

function addSecond(node: Node, found: Found[]): void {
  const [, second] = identifierNames.filter((name) => node[name] !== undefined)
  add(found, second!, node[second!], ambiguous)
}

function isOAuth({ member }: Node, found: Found[]): void {
  const isPair = Array.isArray(member) && member.length === 2
  if (!isPair || !member.some((one) => isNode(one) && isNode(one.account))) {
    add(found, 'member', member, twoMembers)
  }
}

function interactionIsNamed(definition: Node, found: Found[]): void {
  if (definition.interactionType !== undefined) return
  const names: readonly string[] = ['correctResponsesPattern', ...componentLists]
  if (names.some((name) => definition[name] !== undefined)) {
    add(found, 'interactionType', undefined, noInteraction)
  }
}

function componentsDiffer(definition: Node, found: Found[]): void {
  for (const name of componentLists) {
    if (definition[name] !== undefined) componentsOfListDiffer(definition, name, found)
  }
}

function componentsOfListDiffer(definition: Node, name: ComponentList, found: Found[]): void {
  const list = definition[name]
  if (!Array.isArray(list)) return
  const ids = new Set<string>()
  for (const component of list) {
    const id = isNode(component) ? textAt(component, 'id') : undefined
    if (id === undefined) continue
    if (ids.has(id)) add(found, name, id, repeatedComponent)
    ids.add(id)
  }
}

// H5P sends `min: 0, raw: 0, max: 0` of content without a score; equal ends are a warning of the
// conformance report, and cost nobody a statement.
function scoreIsInRange({ raw: points, min, max }: Node, found: Found[]): void {
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    add(found, 'min', min, minimum)
  }
  if (typeof points !== 'number') return
  const isBelow = typeof min === 'number' && points < min
  if (isBelow || (typeof max === 'number' && points > max)) add(found, 'raw', points, raw)
}

function contextFitsObject(statement: Node, found: Found[]): void {
  const context = nodeAt(statement, 'context')
  if (context === undefined) return
  const { revision, platform } = context
  if (revision === undefined && platform === undefined) return
  const type = nodeAt(statement, 'object')?.objectType
  if (type === undefined || type === 'Activity') return
  for (const name of ['revision', 'platform']) {
    if (context[name] !== undefined) add(found, [name, 'context'], context[name], onlyActivity)
  }
}

function voidsByReference(statement: Node, found: Found[]): void {
  if (nodeAt(statement, 'verb')?.id !== VOIDED) return
  const type = nodeAt(statement, 'object')?.objectType
  if (type !== 'StatementRef') add(found, 'object', type ?? 'an activity', voidsReference)
}
