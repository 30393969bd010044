import { isMembers, memberOf, textOf } from '../members'
import type { ReducedEvent } from '../reducer'
import { idOf, nameOf } from './deeds'

/** Something that is to be learned: a skill, an objective. */
export interface Concept {
  id: string
  name?: string | undefined
}

/** A question tests a few concepts; a list of more is the content of a course. */
const MOST_CONCEPTS = 16
const LONGEST = 2_048

/** Native events name one concept, or list several. */
const ONE = ['concept_id', 'conceptId', 'concept', 'skill_id', 'skillId', 'skill']
const NAMES = ['concept_name', 'conceptName', 'concept', 'skill_name', 'skillName', 'skill']
const LISTS = ['concept_tags', 'conceptTags', 'concepts', 'skills']

/** An activity of this type in the context of a statement is an objective (ADL's vocabulary). */
const OBJECTIVE = 'http://adlnet.gov/expapi/activities/objective'
const CONTEXTS = ['parent', 'grouping', 'category', 'other']

/**
 * Finds the concepts that an event is about: those that a native event names, the learning objectives of what
 * was attempted, objectives in the context of a statement, and the object where that is an objective itself.
 */
export function conceptsOf(event: ReducedEvent): Concept[] {
  const found = new Map<string, Concept>()
  for (const one of candidates(event)) {
    if (found.size >= MOST_CONCEPTS) break
    if (one !== undefined && !found.get(one.id)?.name) found.set(one.id, one)
  }
  return [...found.values()]
}

function* candidates(event: ReducedEvent): Generator<Concept | undefined> {
  const { sent, objectType, objectId, objectName } = event
  const id = firstOf(event, ONE)
  if (id !== undefined) yield concept(id, firstOf(event, NAMES))
  for (const name of LISTS) yield* listed(memberOf(event.fields, name))
  const object = memberOf(sent, 'object')
  for (const one of [object, memberOf(object, 'assignable'), memberOf(object, 'isPartOf')]) {
    yield* listed(memberOf(one, 'learningObjectives'))
  }
  const contexts = memberOf(memberOf(sent, 'context'), 'contextActivities')
  for (const name of CONTEXTS) yield* objectives(memberOf(contexts, name))
  if (objectType === 'LearningObjective' && id === undefined && objectId !== undefined) {
    // An event of a native vocabulary has its game as the object, and lists the concepts.
    const isListed = LISTS.some((name) => Array.isArray(memberOf(event.fields, name)))
    if (!isListed) yield concept(objectId, objectName)
  }
}

function* listed(value: unknown): Generator<Concept | undefined> {
  if (!Array.isArray(value)) return
  for (const one of value.slice(0, MOST_CONCEPTS)) {
    const id = textOf(isMembers(one) ? memberOf(one, 'id') : one, LONGEST)
    if (id !== undefined) yield concept(id, textOf(memberOf(one, 'name'), LONGEST))
  }
}

function* objectives(value: unknown): Generator<Concept | undefined> {
  const all = Array.isArray(value) ? value : [value]
  for (const one of all.slice(0, MOST_CONCEPTS)) {
    const definition = memberOf(one, 'definition')
    const id = textOf(memberOf(one, 'id'), LONGEST)
    if (id === undefined || memberOf(definition, 'type') !== OBJECTIVE) continue
    const names = memberOf(definition, 'name')
    const [name] = isMembers(names) ? Object.values(names) : []
    yield concept(id, textOf(name, LONGEST))
  }
}

function firstOf(event: ReducedEvent, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = textOf(memberOf(event.fields, name), LONGEST)
    if (text !== undefined) return text
  }
  return undefined
}

function concept(id: string, name: string | undefined): Concept {
  return { id: idOf(id), ...(name !== undefined && name !== id && { name: nameOf(name) }) }
}
