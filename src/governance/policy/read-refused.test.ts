import { describe, expect, it } from 'bun:test'
import { readPolicy, type SampledType } from './read'

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

describe('a policy is refused', () => {
  const invalid: [what: string, document: unknown, path: string, said: RegExp][] = [
    ['a text', 'x', '', /Must be an object.*got "x"/],
    ['a list', [], '', /got an array/],
    ['an unknown member', { rule: [] }, 'rule', /did you mean rules\?/],
    ['another', { foo: 1 }, 'foo', /known are version, description, rules/],
    ['an include', { include: ['x'] }, 'include', /There are no includes/],
    ['a version that is none', { version: '1' }, 'version', /whole number; got "1"/],
    ['rules that are none', { rules: {} }, 'rules', /list of rules; got an object/],
    ['a rule that is none', { rules: [1] }, 'rules.0', /got 1/],
    ['too many rules', { rules: Array(501).fill({}) }, 'rules', /at most 500 rules; got 501/],
    [
      'a rule without a name',
      { rules: [{ then: { action: 'DROP' } }] },
      'rules.0.name',
      /^Required$/,
    ],
    [
      'a name of ours',
      rule({ type: 'x' }, { action: 'DROP' }, 'under13'),
      'rules.0.name',
      /another name/,
    ],
    [
      'a name with a line break',
      rule({ type: 'x' }, { action: 'DROP' }, 'a\nb'),
      'rules.0.name',
      /Must be text/,
    ],
    [
      'a name with NUL',
      rule({ type: 'x' }, { action: 'DROP' }, 'a\u0000'),
      'rules.0.name',
      /Must be text/,
    ],
    ['an empty name', rule({ type: 'x' }, { action: 'DROP' }, ''), 'rules.0.name', /Must be text/],
    [
      'a name twice',
      { rules: [rule({ type: 'x' }).rules[0], rule({ type: 'y' }).rules[0]] },
      'rules.1.name',
      /unique; rule 0 is called r/,
    ],
    ['no consequence', rule({ type: 'x' }, {}), 'rules.0.then', /one of sampling, consent/],
    ['no then', { rules: [{ name: 'r' }] }, 'rules.0.then', /^Required$/],
    [
      'an unknown consequence',
      rule({ type: 'x' }, { sample: 1 }),
      'rules.0.then.sample',
      /mean sampling|known are/,
    ],
    [
      'a rate above all',
      rule({ type: 'x' }, { sampling: 1.1 }),
      'rules.0.then.sampling',
      /0 to 1.*got 1.1/,
    ],
    [
      'a rate below none',
      rule({ type: 'x' }, { sampling: -0.1 }),
      'rules.0.then.sampling',
      /0 to 1/,
    ],
    [
      'a rate of text',
      rule({ type: 'x' }, { sampling: '10%' }),
      'rules.0.then.sampling',
      /got "10%"/,
    ],
    [
      'another action',
      rule({ type: 'x' }, { action: 'DROPP' }),
      'rules.0.then.action',
      /did you mean DROP/,
    ],
    [
      'a class that is none',
      rule({ type: 'x' }, { retention: 'long' }),
      'rules.0.then.retention',
      /standard, sensitive/,
    ],
    [
      'another treatment',
      rule({ type: 'x' }, { personal: 'hash' }),
      'rules.0.then.personal',
      /drop, generalise/,
    ],
    [
      'fields alone',
      rule({ type: 'x' }, { fields: ['$.x'] }),
      'rules.0.then.personal',
      /^Required/,
    ],
    [
      'a field that is no path',
      rule({ type: 'x' }, { personal: 'drop', fields: ['x'] }),
      'rules.0.then.fields.0',
      /begins with \$/,
    ],
    [
      'fields of none',
      rule({ type: 'x' }, { personal: 'drop', fields: [] }),
      'rules.0.then.fields',
      /1 to 50/,
    ],
    [
      'consent to nothing',
      rule({ type: 'x' }, { consent: { without: 'drop' } }),
      'rules.0.then.consent.category',
      /lower case/,
    ],
    [
      'consent without',
      rule({ type: 'x' }, { consent: { category: 'a' } }),
      'rules.0.then.consent.without',
      /anonymous, count, drop/,
    ],
    ['an unknown name', rule({ tpye: 'x' }), 'rules.0.when.tpye', /did you mean type\?/],
    [
      'an unknown fact',
      rule({ under_13: true, under14: true }),
      'rules.0.when.under_13',
      /did you mean under13\?/,
    ],
    [
      'a fact of text',
      rule({ under13: 'yes' }),
      'rules.0.when.under13',
      /true or false; got "yes"/,
    ],
    [
      'another environment',
      rule({ environment: 'staging' }),
      'rules.0.when.environment',
      /production, development/,
    ],
    [
      'a domain that is none',
      rule({ domain: ['ok.org', 'http://x'] }),
      'rules.0.when.domain.1',
      /Must be a domain/,
    ],
    [
      'a fact twice',
      rule([{ under13: true }, { under13: false }]),
      'rules.0.when.1.under13',
      /once/,
    ],
    [
      'a standard that is none',
      rule({ standard: 'calipr' }),
      'rules.0.when.standard',
      /did you mean caliper\?/,
    ],
    ['values of none', rule({ course: [] }), 'rules.0.when.course', /1 to 100 values/],
    ['a course of an object', rule({ course: { a: 1 } }), 'rules.0.when.course', /Must be text/],
    ['a condition that is none', rule({ path: 'x' }), 'rules.0.when', /a path alone/],
    [
      'what is not known yet',
      rule({ path: 'occurred_at', gt: '2026-01-01' }),
      'rules.0.when',
      /not known yet/,
    ],
    [
      'what it decides itself',
      rule({ path: 'sampleRate', lt: 1 }),
      'rules.0.when',
      /not known yet/,
    ],
    [
      'two types at once',
      rule([{ type: 'a' }, { type: 'b' }]),
      'rules.0.when',
      /never hold together/,
    ],
    ['one of none', rule({ any: [] }), 'rules.0.when', /never hold together/],
    [
      'bounds that cross',
      rule({ path: 'score', gt: 2, lt: 1 }),
      'rules.0.when',
      /never hold together/,
    ],
    [
      'bounds in the item that cross',
      rule({ path: 'payload.x', gte: 2, lt: 2 }),
      'rules.0.when',
      /never hold/,
    ],
    [
      'a prefix that it has not',
      rule({
        all: [
          { path: 'type', equals: 'a' },
          { path: 'type', prefix: 'b' },
        ],
      }),
      'rules.0.when',
      /never/,
    ],
    [
      'what is there and not',
      rule([{ path: 'groupId', exists: false }, { groupId: 'x' }]),
      'rules.0.when',
      /never hold together/,
    ],
    [
      'the type that is missing',
      rule({ path: 'type', exists: false }),
      'rules.0.when',
      /never hold together/,
    ],
    [
      'all standards denied',
      rule({ not: { path: 'standard', exists: true } }),
      'rules.0.when',
      /never hold together/,
    ],
    [
      'sampled errors',
      rule({ category: 'errors' }, { sampling: 0.1 }),
      'rules.0.then.sampling',
      /category errors: learning and errors are never sampled/,
    ],
    [
      'sampled learning',
      rule({ type: ['page_view', 'concept_mastered'] }, { sampling: 0.1 }),
      'rules.0.then.sampling',
      /type concept_mastered/,
    ],
    [
      'sampled never',
      rule({ sampling: 'never' }, { sampling: 0.1 }),
      'rules.0.then.sampling',
      /never sampled/,
    ],
    [
      'days of none',
      { retentionDays: { pii: 0 } },
      'retentionDays.pii',
      /1 to 36500 whole days; got 0/,
    ],
    ['days of another', { retentionDays: { piii: 1 } }, 'retentionDays.piii', /did you mean pii\?/],
    [
      'days longer for what is private',
      { retentionDays: { standard: 30 } },
      'retentionDays.sensitive',
      /at most those of standard, 30/,
    ],
    ['a large document', { description: 'x'.repeat(300_000) }, '', /at most 262144 bytes/],
    [
      'costly conditions',
      {
        rules: Array.from({ length: 60 }, (_, n) => ({
          ...rule({ path: 'payload.t', gt: '2026-01-01' }).rules[0],
          name: `r${n}`,
        })),
      },
      'rules',
      /cost an event at most/,
    ],
    ['a prototype', JSON.parse('{"__proto__":{"rules":[]}}'), '__proto__', /Not known here/],
  ]
  for (const [what, document, path, said] of invalid) {
    it(`with ${what}`, () => {
      const { errors = [] } = read(document)
      const found = errors.map((issue) => `${issue.path.join('.')} ${issue.message}`)
      const match = errors.find(
        (issue) => issue.path.join('.') === path && said.test(issue.message),
      )
      expect(match === undefined ? found : 'found').toBe('found')
    })
  }
})
