import { type Vocabulary, vocabularies } from './vocabularies'

/**
 * The range of each property, written as the specification's tables have it: `string`, `DateTime`,
 * `Person`, `Response | Attempt`, `Agent[]`, and after a comma `required` or `recommended`.
 */
export type PropertyTable = Readonly<Record<string, string>>

/** Values that are not entities. `Type`, `Action` and `Profile` are terms that depend on the event. */
export const valueKinds = [
  'string',
  'boolean',
  'integer',
  'nonNegativeInteger',
  'decimal',
  'DateTime',
  'Duration',
  'anything',
  'Object',
  'IRI',
  'UUID',
  'Type',
  'Action',
  'Profile',
] as const
export type ValueKind = (typeof valueKinds)[number]

/** A range is what a property takes; of several types of entity, one. */
export type Range =
  | { kind: ValueKind }
  | { kind: 'Term'; vocabulary: Vocabulary }
  | { kind: 'Entity'; types: readonly string[] }

export interface Shape {
  range: Range
  isArray: boolean
  need: 'required' | 'recommended' | 'optional'
}

/** @throws {Error} when the tables of the model hold something else */
export function parseShape(text: string): Shape {
  const match = /^(\w+(?: \| \w+)*)(\[\])?(?:, (required|recommended))?$/.exec(text)
  if (match === null) throw new Error(`${text} is no shape`)
  const [, names = '', brackets, need = 'optional'] = match
  return { range: rangeOf(names), isArray: brackets !== undefined, need: need as Shape['need'] }
}

function rangeOf(names: string): Range {
  if (isValueKind(names)) return { kind: names }
  if (Object.hasOwn(vocabularies, names)) return { kind: 'Term', vocabulary: names as Vocabulary }
  return { kind: 'Entity', types: names.split(' | ') }
}

function isValueKind(name: string): name is ValueKind {
  return (valueKinds as readonly string[]).includes(name)
}
