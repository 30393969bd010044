import type { Section } from '../sections'
import type { XapiVersion } from '../version'

/** Kinds of values that are no objects of the model; `values.ts` has the test of each. */
export type ValueKind =
  | 'Text'
  | 'Boolean'
  | 'Decimal'
  | 'Scaled'
  | 'Length'
  | 'UUID'
  | 'IRI'
  | 'IRL'
  | 'Mailto'
  | 'SHA1'
  | 'SHA2'
  | 'AccountName'
  | 'Timestamp'
  | 'Duration'
  | 'LanguageTag'
  | 'MediaType'
  | 'Version'

/** Maps have keys of the sender's. */
export type MapKind = 'LanguageMap' | 'Extensions'

export type ObjectName =
  | 'Statement'
  | 'SubStatement'
  | 'StatementRef'
  | 'Agent'
  | 'Group'
  | 'OAuthGroup'
  | 'Account'
  | 'Verb'
  | 'Activity'
  | 'Definition'
  | 'Component'
  | 'Result'
  | 'Score'
  | 'Context'
  | 'ContextActivities'
  | 'ContextAgent'
  | 'ContextGroup'
  | 'Attachment'

/** A choice is one of several objects, told apart by `objectType`. */
export type ChoiceName = 'Actor' | 'Object' | 'SubObject' | 'Authority'

export type Range = ValueKind | MapKind | ObjectName | ChoiceName | { terms: readonly string[] }

export interface Property {
  range: Range
  /** The section that has the rule, where that is not the section of the object. */
  section?: Section
  isRequired?: true
  /** `list`: an array. `some`: an array that is not empty. `loose`: an array, or one value alone. */
  many?: 'list' | 'some' | 'loose'
  /** The property came with this version. */
  since?: XapiVersion
}

export interface ObjectModel {
  section: Section
  properties: Readonly<Record<string, Property>>
}

export interface Choice {
  section: Section
  /** The object that is meant where `objectType` is left out. */
  usual: ObjectName
  /** The objects by the `objectType` of each. */
  types: Readonly<Record<string, ObjectName>>
}

export function one(range: Range, section?: Section): Property {
  return section === undefined ? { range } : { range, section }
}

export function needed(range: Range, section?: Section): Property {
  return { ...one(range, section), isRequired: true }
}

export function many(range: Range, form: NonNullable<Property['many']>): Property {
  return { range, many: form }
}

export function since2(property: Property): Property {
  return { ...property, since: '2.0.0' }
}
