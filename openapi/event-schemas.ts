import type { OpenAPIHono } from '@hono/zod-openapi'
import { eventBase, events } from '../src/standards/caliper/model/events'
import { exampleEvent } from '../src/standards/caliper/model/example'
import { profiles } from '../src/standards/caliper/model/profiles'
import {
  type PropertyTable,
  parseShape,
  type Range,
  type ValueKind,
} from '../src/standards/caliper/model/shape'
import { contextIri } from '../src/standards/caliper/version'

type Registry = OpenAPIHono['openAPIRegistry']
type Schema = Record<string, unknown>

const entity = { $ref: '#/components/schemas/CaliperEntity' }
const anyEvent = { $ref: '#/components/schemas/CaliperAnyEvent' }

const values: Partial<Record<ValueKind, Schema>> = {
  DateTime: { type: 'string', format: 'date-time', description: 'In UTC with milliseconds' },
  Object: { type: 'object', additionalProperties: true },
  UUID: { type: 'string', description: '`urn:uuid:` and a UUID, of version 4 best' },
}

/**
 * Puts a schema of each type of event into the document, made of the same tables as the checks. No
 * route asks for them: what is stored need not fit them, and what is checked is more than they say.
 */
export function describeEventTypes(registry: Registry): void {
  registry.registerComponent('schemas', 'CaliperEntity', {
    type: 'object',
    description: 'Caliper 1.2, 2.2. Which properties it has beside these, its type says.',
    properties: {
      id: { type: 'string', description: 'An IRI, or a blank node identifier' },
      type: { type: 'string', example: 'Person' },
      name: { type: 'string' },
      description: { type: 'string' },
      extensions: { type: 'object', additionalProperties: true },
    },
    required: ['id', 'type'],
  })
  registry.registerComponent('schemas', 'CaliperAnyEvent', {
    type: 'object',
    description: 'Caliper 1.2, 2.1: what events of every type have.',
    properties: { '@context': { type: 'string', example: contextIri }, ...propertiesOf(eventBase) },
    required: ['@context', ...Object.keys(eventBase).filter(isRequired)],
  })
  for (const type of Object.keys(events)) {
    registry.registerComponent('schemas', `Caliper${type}`, schemaOf(type))
  }
}

function schemaOf(type: string): Schema {
  const { actions, has = {} } = events[type]!
  const own = Object.entries(profiles).filter(([, rows]) => rows.some((row) => row.event === type))
  return {
    description: `Caliper 1.2, appendix Events, ${type}`,
    allOf: [
      anyEvent,
      {
        type: 'object',
        properties: {
          type: { type: 'string', enum: [type] },
          action: { type: 'string', enum: [...actions] },
          profile: { type: 'string', enum: own.map(([name]) => name) },
          ...propertiesOf(has),
        },
      },
    ],
    example: exampleEvent(type),
  }
}

function isRequired(name: string): boolean {
  return parseShape(eventBase[name]!).need === 'required'
}

function propertiesOf(table: PropertyTable): Schema {
  return Object.fromEntries(
    Object.entries(table).map(([name, text]) => [name, propertyOf(parseShape(text).range)]),
  )
}

function propertyOf(range: Range): Schema {
  if (range.kind !== 'Entity') return values[range.kind as ValueKind] ?? { type: 'string' }
  const description = `${range.types.join(' or ')}, or its IRI`
  return { description, anyOf: [entity, { type: 'string' }] }
}
