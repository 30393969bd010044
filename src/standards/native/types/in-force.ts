import type { EventType, GivenTypes, TypeInForce, TypesInForce } from '../../../event/event-type'
import compiledVocabularies from '../vocabularies/compiled.json'
import { compileType } from './compile'

/** These vocabularies are ours, in the order in which a name that several have is looked for. */
export const vocabularies = ['platform', 'attempt', 'quiz', 'observer'] as const

/** A tenant's own types are a vocabulary of this name. */
export const OWN = 'tenant'

type ByName = ReadonlyMap<string, TypeInForce>

let ours: ReadonlyMap<string, ByName> | undefined

/** Puts types in force, in the order of a source. Our own are compiled once for all. */
export function typesInForce(given: GivenTypes): TypesInForce {
  const { tenantId, unknownTypes, maxPayloadKeys } = given
  ours ??= byVocabulary(compiledVocabularies.types as unknown as EventType[])
  const own = new Map(given.own.map((type) => [type.name, compileType(type, { trusted: false })]))
  const ranked = orderOf(given.order).flatMap((name) =>
    name === OWN ? own : (ours?.get(name) ?? []),
  )
  return {
    find(name) {
      for (const types of ranked as ByName[]) {
        const found = types.get(name)
        if (found !== undefined) return found
      }
      return undefined
    },
    unknownTypes,
    tenantId,
    maxPayloadKeys,
  }
}

/** Completes an order: what it leaves out comes after it. */
export function orderOf(given: readonly string[]): string[] {
  return [...new Set([...given, OWN, ...vocabularies])]
}

function byVocabulary(types: readonly EventType[]): Map<string, ByName> {
  const all = new Map<string, Map<string, TypeInForce>>()
  for (const type of types) {
    const named = all.get(type.vocabulary) ?? new Map<string, TypeInForce>()
    named.set(type.name, compileType(type, { trusted: true }))
    all.set(type.vocabulary, named)
  }
  return all
}
