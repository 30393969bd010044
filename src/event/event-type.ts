import type { Issue } from '../error/issue'
import type { EventRecord, RetentionClass } from './record'

/** Samples are taken by class: what is learned and what went wrong is never left out. */
export const samplingClasses = ['never', 'performance', 'debug', 'high-volume'] as const
export type SamplingClass = (typeof samplingClasses)[number]

/** The vocabularies: a tenant's own types, and ours, in the order in which a name is looked for. */
export const vocabularyNames = ['tenant', 'platform', 'attempt', 'quiz', 'observer'] as const
export type VocabularyName = (typeof vocabularyNames)[number]

/** Systems send native events in these dialects (`standards/native/dialects`). */
export const dialectNames = ['canvas', 'edx', 'segment', 'cloudevents'] as const
export type DialectName = (typeof dialectNames)[number]

/** An item of a type that is not registered is stored, quarantined, or refused to its sender, too. */
export const unknownTypesModes = ['accept', 'quarantine', 'reject'] as const
export type UnknownTypesMode = (typeof unknownTypesModes)[number]

/** Fields of the record that a type may fill from members of its events. */
export const mappedFields = [
  ...['actorName', 'objectId', 'objectType', 'objectName', 'targetId', 'generatedId'],
  ...['generatedType', 'groupId', 'sessionId', 'courseId', 'courseName', 'attemptId'],
  ...['assignableId', 'score', 'maxScore', 'success', 'completion', 'durationMs', 'sequence'],
] as const satisfies readonly (keyof EventRecord)[]
export type MappedField = (typeof mappedFields)[number]

/** An event type says everything that is known of native events of one name. */
export interface EventType {
  /** The name is compared letter for letter. */
  name: string
  /** The vocabulary is one of ours (`standards/native/vocabularies`), or `tenant` for a tenant's own. */
  vocabulary: string
  /** A change that refuses what was taken before needs a higher version; the first is 1. */
  version: number
  description: string
  category: string
  /** The action in Caliper's words, where the type means the same. */
  commonAction?: string | undefined
  /** JSON Schema 2020-12 of `payload` or `properties`; left out, any object is good. */
  schema?: Record<string, unknown> | undefined
  /** JSON Schema of the event's other members (`source`, `session_id` …); left out, any are good. */
  envelope?: Record<string, unknown> | undefined
  /**
   * JSON Pointers (RFC 6901) into the event, e.g. `/payload/score` (`payload` stands for `properties`,
   * too), or `{ const }`; a field that is not mapped is read by common names.
   */
  mapping?: Partial<Record<MappedField, string | { const: string | number | boolean }>> | undefined
  privacyLevel: EventRecord['privacyLevel']
  retentionClass: RetentionClass
  sampling: SamplingClass
  limits?: TypeLimits | undefined
  /** A whole event of this type. */
  example?: Record<string, unknown> | undefined
}

export interface TypeLimits {
  /** The payload as JSON in UTF-8, in bytes. */
  maxPayloadBytes?: number | undefined
  /** Members of the payload itself, not of what stands in it. */
  maxPayloadKeys?: number | undefined
}

/** A type in force is compiled: it checks an event, and is asked once for each. */
export interface TypeInForce {
  type: EventType
  /** Gives the value of each mapped field that an event has. */
  mapped(members: Record<string, unknown>): Partial<Record<MappedField, unknown>>
  /**
   * Checks an event by the schemas of its type.
   * @param payload the name of its member that is the payload
   * @param path of the event, from the root of the body
   * @returns every reason against it, at most a hundred
   */
  check(members: Record<string, unknown>, payload: string, path: Issue['path']): Issue[]
}

/** This is what types are made for a source of. */
export interface GivenTypes {
  tenantId: string
  /** The types that the tenant registered. */
  own: readonly EventType[]
  /** The vocabularies in their order; those that are left out come after them, the tenant's own first. */
  order: readonly string[]
  unknownTypes: UnknownTypesMode
  maxPayloadKeys?: number | undefined
}

/** These are the types of native events by which the items of one source are read. */
export interface TypesInForce {
  /** Finds a type by its name, in the order of vocabularies of the source or its tenant. */
  find(name: string): TypeInForce | undefined
  unknownTypes: UnknownTypesMode
  /** The tenant's id, by which an `organization_id` that is another's is told. */
  tenantId: string
  /** So many members may a payload have whose type limits them; as the type has it when absent. */
  maxPayloadKeys?: number | undefined
}
