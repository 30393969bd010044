import { describe, expect, it } from 'bun:test'
import { typesOf } from './types'

const document = {
  components: {
    schemas: {
      Thing: {
        type: 'object',
        description: 'A thing,\nor */ two',
        properties: {
          id: { type: 'string', description: 'Its name' },
          'odd-name': { type: ['integer', 'null'] },
          kind: { type: 'string', enum: ['a', "b's"] },
          parts: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
          counts: { type: 'object', additionalProperties: { type: 'integer' } },
          anything: {},
        },
        required: ['id'],
        additionalProperties: {},
      },
      Both: { allOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'object' }] },
      Nothing: { type: 'object', properties: {}, additionalProperties: false },
    },
  },
  paths: {
    '/things/{id}': {
      put: {
        operationId: 'putThing',
        summary: 'Replace a thing',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'dry', in: 'query', schema: { type: 'boolean' } },
          { name: 'Prefer', in: 'header', schema: { type: 'string' } },
        ],
        requestBody: {
          content: {
            'application/json': { schema: { $ref: '#/components/schemas/Thing' } },
            'text/plain': { schema: { type: 'string' } },
          },
        },
        responses: {
          200: { content: { 'application/json': { schema: { type: 'array', items: {} } } } },
          204: {},
          400: { content: { 'application/problem+json': { schema: { type: 'object' } } } },
          500: { content: { 'text/html': { schema: { type: 'string' } } } },
        },
      },
    },
  },
}

describe('typesOf', () => {
  it('writes a type for each schema, and what each operation takes and answers', () => {
    expect(typesOf(document)).toBe(`\
// Generated from openapi/openapi.json by \`npm run openapi\`; a test compares the two.

/** A thing, or *\\/ two */
export type Thing = {
  /** Its name */
  id: string
  'odd-name'?: number | null
  kind?: 'a' | 'b\\'s'
  parts?: (string | null)[]
  counts?: Record<string, number>
  anything?: unknown
  [name: string]: unknown
}

export type Both = Thing & Record<string, unknown>

export type Nothing = Record<string, never>

/** What each operation takes and answers, by its \`operationId\`. */
export interface Operations {
  /** Replace a thing */
  putThing: {
    method: 'PUT'
    path: '/things/{id}'
    parameters: {
      id: string
    }
    query: {
      dry?: boolean
    }
    body: Thing
    replies: {
      200: unknown[]
      204: undefined
      400: Record<string, unknown>
      500: string
    }
  }
}
`)
  })
})
