import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { type PolicyRead, readPolicy, type SampledType } from './read'

const types: SampledType[] = [
  { name: 'page_load_time', category: 'performance', sampling: 'performance' },
  { name: 'javascript_error', category: 'errors', sampling: 'never' },
  { name: 'concept_mastered', category: 'mastery', sampling: 'never' },
  { name: 'page_view', category: 'navigation', sampling: 'high-volume' },
  { name: 'menu_click', category: 'navigation', sampling: 'never' },
]
const read = (document: unknown) => readPolicy(document, { types })
const rule = (when: unknown, then: object = { action: 'DROP' }, name = 'r') => ({
  rules: [{ name, when, then }],
})
const warnings = ({ warnings = [] }: PolicyRead) => warnings.map(({ code }) => code)

describe('a policy is read', () => {
  const valid: [what: string, document: object, warned?: string[]][] = [
    ['of nothing', {}],
    ['of no rules', { version: 3, rules: [] }],
    ['with all settings', { under13: 'keep', pii: 'drop', unreadable: 'withhold', erased: 'keep' }],
    ['with signals', { optOut: ['gpc', 'dnt'] }],
    ['with no signals', { optOut: [] }],
    ['with a signal', { optOut: 'dnt' }],
    ['with days', { retentionDays: { pii: 30, sensitive: 30, standard: 30, system: 36_500 } }],
    ['with descriptions', { description: 'x', rules: [] }],
    ['with a rule of every event', rule(undefined), ['matches_everything']],
    ['with one that says so', rule({}), ['matches_everything']],
    ['with one of every kind', rule({ kind: ['event', 'entity'] }), ['matches_everything']],
    ['with one of nothing denied', rule({ not: { any: [] } }), ['matches_everything']],
    ['with what is in every event', rule({ path: 'type', exists: true }), ['matches_everything']],
    ['with a condition', rule({ path: 'payload.score', lt: 0.5 })],
    ['with several', rule([{ type: 'ViewEvent' }, { path: 'score', lt: 1 }, { under13: true }])],
    ['with a field filter', rule({ field: 'type', in: ['a'] })],
    ['with short names', rule({ standard: 'caliper', source: 'lms', category: ['a', 'b'] })],
    ['with more of them', rule({ role: 'Learner', course: 'c', domain: '*.example.org' })],
    ['with names in groups', rule({ any: [{ type: 'a', course: 'b' }, { not: { role: 'c' } }] })],
    ['with facts', rule({ optOut: true, environment: 'production', sampling: ['debug'] })],
    ['with fields of the record', rule({ actor_id: 'x', objectType: 'Page' })],
    ['sampling what may be', rule({ category: 'performance' }, { sampling: 0.1 })],
    ['sampling some of a category', rule({ category: 'navigation' }, { sampling: 0.01 })],
    ['sampling an unknown type', rule({ type: 'heartbeat' }, { sampling: 0 })],
    ['keeping all errors', rule({ category: 'errors' }, { sampling: 1 })],
    [
      'sampling all but errors',
      rule({ not: { path: 'category', equals: 'errors' } }, { sampling: 0.5 }),
    ],
    ['with several consequences', rule({ type: 'x' }, { sampling: 0.1, retention: 'system' })],
    ['with fields', rule({ type: 'x' }, { personal: 'drop', fields: ['$.a', "$['b.c'][0].*"] })],
    ['with consent', rule({ type: 'x' }, { consent: { category: 'analytics', without: 'count' } })],
    [
      'with a name in another script',
      rule({ type: 'x' }, { action: 'DROP' }, 'Ü13 – α'.replace(' – ', ' ')),
    ],
    [
      'with rules for the same events',
      { rules: [rule({ type: 'x' }).rules[0], { ...rule({ type: 'x' }).rules[0], name: 'q' }] },
      ['same_events'],
    ],
    [
      'with 500 rules',
      {
        rules: Array.from({ length: 500 }, (_, n) => ({
          ...rule({ type: `t${n}` }).rules[0],
          name: `r${n}`,
        })),
      },
    ],
  ]
  for (const [what, document, warned = []] of valid) {
    it(what, () => {
      const found = read(document)
      expect(found.errors).toBeUndefined()
      expect(warnings(found)).toEqual(warned)
    })
  }

  it('but not with itself in it', () => {
    const document: Record<string, unknown> = {}
    document.rules = [document]
    expect(read(document).errors).toMatchObject([{ message: 'Must not contain itself' }])
  })

  it('with its conditions in full names, and its own words kept', () => {
    const document = { version: 4, ...rule({ source: 'lms', course: ['a', 'b'], under13: true }) }
    const found = read(document)
    expect(found.policy?.rules).toEqual([
      {
        name: 'r',
        when: {
          all: [
            { path: 'sourceId', in: ['lms'] },
            {
              any: [
                { path: 'courseId', in: ['a', 'b'] },
                { path: 'groupId', in: ['a', 'b'] },
              ],
            },
          ],
        },
        facts: { under13: true },
        then: { action: 'DROP' },
      },
    ])
    expect(found.policy?.version).toBe(4)
    expect(found.document).toEqual({ rules: document.rules })
  })

  it('keeping what cannot be read, unless a rule concerns people', () => {
    const kept = (document: object) => read(document).policy?.unreadable
    expect(kept({})).toBe('keep')
    expect(kept(rule({ type: 'x' }))).toBe('keep')
    expect(kept(rule({ type: 'x' }, { personal: 'drop' }))).toBe('withhold')
    expect(kept({ ...rule({ type: 'x' }, { personal: 'drop' }), unreadable: 'keep' })).toBe('keep')
  })

  it('or refused with reasons, whatever it is', () => {
    const word = fc.constantFrom(
      ...[
        'rules',
        'name',
        'when',
        'then',
        'type',
        'under13',
        'path',
        'equals',
        'all',
        'any',
        'not',
      ],
      ...[
        'sampling',
        'consent',
        'personal',
        'fields',
        'retentionDays',
        'domain',
        'course',
        'field',
      ],
    )
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom<unknown>(null, true, 0, 0.5, '', 'x', 'DROP', '$.x', '\ud800', 'pii'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(word, tie('value'), { maxKeys: 4 }),
      ),
    })).value
    fc.assert(
      fc.property(fc.dictionary(word, value, { maxKeys: 5 }), (document) => {
        const found = read(document)
        expect(found.errors === undefined || found.errors.length > 0).toBe(true)
        expect(found.errors === undefined).toBe(found.policy !== undefined)
      }),
      { numRuns: 2000 },
    )
  }, 20_000)
})
