import { describe, expect, it } from 'bun:test'
import { schemaIssues } from './schema-rules'

const codes = (schema: unknown) => schemaIssues(schema, []).map(({ code }) => code)
const many = <Value>(count: number, make: (at: number) => [string, Value]) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => make(at)))
/** Each definition refers to the next one twice. */
const doubling = (keyword: string, levels: number) => ({
  $defs: many(levels, (at) => {
    const next = { $ref: `#/$defs/d${at + 1}` }
    return [`d${at}`, at === levels - 1 ? {} : { [keyword]: [next, next] }]
  }),
  $ref: '#/$defs/d0',
})
const tree = (more: object = {}) => ({
  $defs: { tree: { properties: { left: { $ref: '#/$defs/tree' } }, ...more } },
  properties: { tree: { $ref: '#/$defs/tree' } },
})

describe('a schema is taken', () => {
  const good: [what: string, schema: object][] = [
    ['that is empty', {}],
    ['with a definition', { $defs: { a: {} }, properties: { a: { $ref: '#/$defs/a' } } }],
    ['with a name to be escaped', { $defs: { 'a/b~': {} }, $ref: '#/$defs/a~1b~0' }],
    ['with a name to be decoded', { $defs: { 'a b': {} }, $ref: '#/$defs/a%20b' }],
    ['that is a tree', tree()],
    ['that is itself under items', { type: 'array', items: { $ref: '#' } }],
    ['with a member called pattern', { properties: { pattern: { type: 'string' } } }],
    ['with a member called $ref', { properties: { $ref: { type: 'string' } } }],
    ['whose constant looks like a schema', { const: { $ref: 'https://example.edu/a.json' } }],
    ['with a thousand choices', { enum: Array.from({ length: 1000 }, (_, at) => at) }],
    ['whose items differ', { uniqueItems: true, maxItems: 1000 }],
    ['that doubles some times', doubling('allOf', 10)],
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
    ['that leads nowhere', { $ref: '#/$defs/none' }, 'invalid_schema'],
    ['that leads into a constant', { const: {}, items: { $ref: '#/const' } }, 'invalid_schema'],
    ['that is itself', { $ref: '#' }, 'schema_endless'],
    [
      'that goes round',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
      'schema_endless',
    ],
    ['that is one of itself', { anyOf: [{ $ref: '#' }, {}] }, 'schema_endless'],
    ['that is not itself', { not: { $ref: '#' } }, 'schema_endless'],
    [
      'that comes back through a choice',
      tree({ anyOf: [{ properties: { a: { $ref: '#/$defs/tree' } } }] }),
      'schema_endless',
    ],
    [
      'with more beside what comes back',
      { properties: { a: { $ref: '#', properties: { b: {} } } } },
      'schema_endless',
    ],
    ['that doubles with each level', doubling('allOf', 20), 'too_large'],
    ['that doubles a hundred times', doubling('oneOf', 100), 'too_large'],
    ['of too many schemas', { properties: many(2000, (at) => [`p${at}`, {}]) }, 'too_large'],
    [
      'of too many patterns',
      { patternProperties: many(101, (at) => [`^p${at}`, true]) },
      'too_large',
    ],
    ['of too many choices', { enum: Array.from({ length: 1001 }, (_, at) => at) }, 'too_large'],
    ['whose items differ without an end', { uniqueItems: true }, 'invalid_value'],
    ['whose items differ too often', { uniqueItems: true, maxItems: 1001 }, 'invalid_value'],
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
