import { randomUUID } from 'node:crypto'
import type { Node } from '../node'
import { contextIri } from '../version'
import { entities } from './entities'
import { events } from './events'
import { type Model, modelOf } from './model'
import { profiles } from './profiles'
import type { Property } from './properties'
import type { Range, ValueKind } from './shape'
import { vocabularies } from './vocabularies'

const site = 'https://example.edu'

// An example shows these where the model says no more than a general type.
const usual: Readonly<Record<string, string>> = {
  Agent: 'Person',
  Annotation: 'BookmarkAnnotation',
  DigitalResource: 'Document',
  Entity: 'Document',
  MediaObject: 'VideoObject',
  Organization: 'CourseSection',
  Response: 'FillinBlankResponse',
  Scale: 'LikertScale',
}

const values: Readonly<Record<ValueKind, unknown>> = {
  anything: 'anything',
  string: 'some text',
  boolean: true,
  integer: 3,
  nonNegativeInteger: 0,
  decimal: 7.5,
  DateTime: '2026-11-21T09:30:00.000Z',
  Duration: 'PT1M30S',
  Object: { example: 'any JSON' },
  IRI: `${site}/1`,
  UUID: 'urn:uuid:3a648e68-f00d-4c08-aa59-8738e1884f2c',
  Type: '',
  Action: '',
  Profile: '',
}

/**
 * An event or an entity that conforms, with an id that no other has.
 * @returns undefined for a type that Caliper does not have
 */
export function newExample(type: string, at: string): Node | undefined {
  const id = `urn:uuid:${randomUUID()}`
  const { events, entities } = newest()
  if (events.has(type)) return { ...exampleEvent(type), id, eventTime: at }
  return entities.has(type) ? { '@context': contextIri, ...exampleEntity(type), id } : undefined
}

/**
 * An event that conforms, made of the tables: what is required, and what its type or action says
 * more of than all events have.
 */
export function exampleEvent(type: string, action = firstOf(events[type]!.actions)): Node {
  const { properties, when } = newest().events.get(type)!
  const profile = Object.keys(profiles).find((name) => rowOf(name, type, action) !== undefined)
  const event: Node = { '@context': contextIri, id: values.UUID, type, profile, action }
  for (const [name, property] of properties) {
    const own = when.get(action)?.get(name) ?? property
    if (event[name] !== undefined || !isShown(own, type)) continue
    const range = rowOf(profile, type, action)?.has?.[name]
    event[name] = sampleOf(range === undefined ? own.shape.range : ofTypes(range))
  }
  return event
}

/** An entity that conforms: what every one has, and what its type requires. */
export function exampleEntity(type: string): Node {
  return entityWith(type, ({ name, shape }) => name === 'name' || shape.need === 'required')
}

/** An entity that conforms, with a value for everything that its type has. */
export function fullEntity(type: string): Node {
  return entityWith(type, () => true)
}

function entityWith(type: string, isShown: (property: Property) => boolean): Node {
  const { entities, parts } = newest()
  const properties = entities.get(type)?.properties ?? parts.get(type)!
  const entity: Node = {}
  for (const property of properties.values()) {
    const { name, shape } = property
    if (!isShown(property)) continue
    const value = name === 'id' ? `${site}/${type.toLowerCase()}/1` : sampleOf(shape.range)
    entity[name] = shape.isArray ? [value] : value
  }
  return { ...entity, type }
}

let model: Model | undefined

function newest(): Model {
  model ??= modelOf('1.2')
  return model
}

function isShown({ owner, shape }: Property, type: string): boolean {
  return shape.need !== 'optional' || owner === type
}

function rowOf(profile: string | undefined, type: string, action: string) {
  const rows = profile === undefined ? [] : profiles[profile]!
  return rows.find(
    ({ event, actions }) => event === type && (actions?.split(' ').includes(action) ?? true),
  )
}

function ofTypes(range: string): Range {
  return { kind: 'Entity', types: range.split(' | ') }
}

function sampleOf(range: Range): unknown {
  if (range.kind === 'Term') return firstOf(vocabularies[range.vocabulary])
  if (range.kind !== 'Entity') return values[range.kind]
  const [type = 'Entity'] = range.types
  return exampleEntity(Object.hasOwn(entities, type) ? (usual[type] ?? type) : type)
}

function firstOf(words: ReadonlySet<string>): string {
  const [first = ''] = words
  return first
}
