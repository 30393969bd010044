import { describe, expect, it } from 'bun:test'
import { schemaIssues } from './schema-rules'

const codes = (schema: unknown) => schemaIssues(schema, []).map(({ code }) => code)
const many = <Value>(count: number, make: (at: number) => [string, Value]) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => make(at)))
describe('a schema is taken', () => {
  const good: [what: string, schema: object][] = [
    ['that is empty', {}],
    ['with a definition', { $defs: { a: {} }, properties: { a: { $ref: '#/$defs/a' } } }],
    ['with a name to be escaped', { $defs: { 'a/b~': {} }, $ref: '#/$defs/a~1b~0' }],
    ['with a name to be decoded', { $defs: { 'a b': {} }, $ref: '#/$defs/a%20b' }],
    ['that is itself under items', { type: 'array', items: { $ref: '#' } }],
    ['with a member called pattern', { properties: { pattern: { type: 'string' } } }],
    ['with a member called $ref', { properties: { $ref: { type: 'string' } } }],
    ['whose constant looks like a schema', { const: { $ref: 'https://example.edu/a.json' } }],
    ['with a thousand choices', { enum: Array.from({ length: 1000 }, (_, at) => at) }],
    ['whose items differ', { uniqueItems: true, maxItems: 1000 }],
    ['of the one draft', { $schema: 'https://json-schema.org/draft/2020-12/schema' }],
  ]
  for (const [what, schema] of good) {
    it(what, () => {
      expect(schemaIssues(schema, [])).toEqual([])
    })
  }
})

describe('a schema is refused', () => {
  const bad: [what: string, schema: unknown, code: string][] = [
    ['that is a list', [], 'wrong_type'],
    ['that is true', true, 'wrong_type'],
    ['that fetches', { items: { $ref: 'https://example.edu/a.json' } }, 'remote_ref'],
    ['that refers by an anchor', { $ref: '#here' }, 'remote_ref'],
    ['that refers to a file', { $ref: 'other.json#/a' }, 'remote_ref'],
    [
      'with another identity',
      { properties: { a: { $id: 'https://example.edu/' } } },
      'unknown_name',
    ],
    ['with an anchor', { $anchor: 'here' }, 'unknown_name'],
    ['with a dynamic reference', { $dynamicRef: '#' }, 'unknown_name'],
    ['of too many schemas', { properties: many(2000, (at) => [`p${at}`, {}]) }, 'too_large'],
    [
      'of too many patterns',
      { patternProperties: many(101, (at) => [`^p${at}`, true]) },
      'too_large',
    ],
    ['of too many choices', { enum: Array.from({ length: 1001 }, (_, at) => at) }, 'too_large'],
    ['with a pattern that refers back', { pattern: '(a)\\1' }, 'invalid_pattern'],
    ['with a pattern that looks behind', { pattern: '(?<=a)b' }, 'invalid_pattern'],
    ['with a pattern that is none', { pattern: '[' }, 'invalid_pattern'],
    ['with a form that nobody checks', { format: 'phone' }, 'invalid_value'],
    ['of another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, 'invalid_value'],
  ]
  for (const [what, schema, code] of bad) {
    it(what, () => {
      expect(codes(schema)).toContain(code)
    })
  }

  it('in little time, however it is made', () => {
    const began = performance.now()
    for (const [, schema] of bad) schemaIssues(schema, [])
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})
