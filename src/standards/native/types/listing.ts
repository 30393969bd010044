import type { EventType } from '../../../event/event-type'
import compiledVocabularies from '../vocabularies/compiled.json'
import { OWN, orderOf } from './in-force'

const ours = compiledVocabularies.types as unknown as EventType[]

/**
 * Lists the types in force, by name: of several with one name, the one that counts.
 * @param own the types that the tenant registered
 * @param order as `GivenTypes` has it
 */
export function typesInOrder(
  own: readonly EventType[],
  order: readonly string[],
): ReadonlyMap<string, EventType> {
  const found = new Map<string, EventType>()
  for (const vocabulary of orderOf(order)) {
    const types = vocabulary === OWN ? own : ours.filter((type) => type.vocabulary === vocabulary)
    for (const type of types) if (!found.has(type.name)) found.set(type.name, type)
  }
  return found
}

/** Tells whether one of our vocabularies has a type of this name. */
export function isBuiltIn(name: string): boolean {
  return ours.some((type) => type.name === name)
}
