import { describe, expect, it } from 'bun:test'
import { readPolicy } from '../policy/read'
import type { BlockFacts, BlockRule } from './blocklist'
import { compileBlocklist } from './compile'

const facts = { tenantId: 't', sourceId: 'lms' }

function read(blocklist: unknown, more: object = {}) {
  return readPolicy({ blocklist, ...more })
}

function rulesOf(...rules: object[]): BlockRule[] {
  const { policy, errors } = read(rules.map((rule, at) => ({ name: `r${at}`, ...rule })))
  expect(errors).toBeUndefined()
  return policy!.blocklist!
}

const verdictBy = (rules: BlockRule[], { source, domain, ...sender }: BlockFacts) =>
  compileBlocklist(rules).sender(sender).of({ source, domain })

describe('a blocklist is read', () => {
  const good: object[] = [
    { when: { domain: 'Example.ORG' }, action: 'DROP' },
    { when: { domain: ['*.example.org', '*', 'müller.example'] }, action: 'MAINTAIN' },
    { when: { address: ['203.0.113.7', '203.0.113.0/24', '2001:DB8::/32', '*'] }, action: 'DROP' },
    { when: { source: 'org.mitros.writing_analytics', tenant: 't' }, timeLimit: 1 },
    { when: {}, message: 'Ask your school' },
    { when: null, action: 'TRANSMIT' },
    { action: 'MAINTAIN', timeLimit: 36_500 * 86_400_000, description: 'x' },
  ]
  for (const [at, rule] of good.entries()) {
    it(`with ${JSON.stringify(rule).slice(0, 60)}`, () => {
      expect(read([{ name: `r${at}`, ...rule }]).errors).toBeUndefined()
    })
  }

  const bad: [rule: unknown, path: (string | number)[], said: string][] = [
    ['x', ['blocklist', 0], 'Must be an object'],
    [{ action: 'DROP' }, ['blocklist', 0, 'name'], 'Required'],
    [{ name: 'erased', action: 'DROP' }, ['blocklist', 0, 'name'], 'another name'],
    [{ name: 'a' }, ['blocklist', 0], 'one of action, timeLimit, message'],
    [{ name: 'a', action: 'drop' }, ['blocklist', 0, 'action'], 'did you mean DROP?'],
    [{ name: 'a', action: 'DROP', wen: {} }, ['blocklist', 0, 'wen'], 'did you mean when?'],
    [{ name: 'a', action: 'DROP', when: { ip: 'x' } }, ['blocklist', 0, 'when', 'ip'], 'known'],
    [{ name: 'a', action: 'DROP', when: 'x' }, ['blocklist', 0, 'when'], 'Must name facts'],
    [{ name: 'a', action: 'DROP', when: [] }, ['blocklist', 0, 'when'], 'Must name facts'],
    [
      { name: 'a', action: 'DROP', when: { domain: [] } },
      ['blocklist', 0, 'when', 'domain'],
      '1 to 100',
    ],
    [
      { name: 'a', action: 'DROP', when: { domain: ['a.b', 'https://a.b/'] } },
      ['blocklist', 0, 'when', 'domain', 1],
      'Must be a domain',
    ],
    [
      { name: 'a', action: 'DROP', when: { domain: 'a@b.c' } },
      ['blocklist', 0, 'when', 'domain'],
      'got "a@b.c"',
    ],
    ...['1.2.3', '1.2.3.4/33', '::1/129', 'host', 7, ''].map(
      (address): [unknown, (string | number)[], string] => [
        { name: 'a', action: 'DROP', when: { address } },
        ['blocklist', 0, 'when', 'address'],
        'Must be an address or a network',
      ],
    ),
    ...['', 'x'.repeat(256), 7, '\ud800'].map((source): [unknown, (string | number)[], string] => [
      { name: 'a', action: 'DROP', when: { source } },
      ['blocklist', 0, 'when', 'source'],
      'Must be the id of a source',
    ]),
    ...[0, -1, 1.5, '60000', 'minutes', Number.MAX_SAFE_INTEGER].map(
      (timeLimit): [unknown, (string | number)[], string] => [
        { name: 'a', action: 'MAINTAIN', timeLimit },
        ['blocklist', 0, 'timeLimit'],
        'MINUTES, DAYS, PERMANENT',
      ],
    ),
    ...['', ' ', 'a\nb', 'x'.repeat(201), '\ud800', 7].map(
      (message): [unknown, (string | number)[], string] => [
        { name: 'a', message },
        ['blocklist', 0, 'message'],
        'Must be a line',
      ],
    ),
    [JSON.parse('{"name":"a","action":"DROP","__proto__":1}'), ['blocklist', 0, '__proto__'], ''],
  ]
  for (const [rule, path, said] of bad) {
    it(`but not ${JSON.stringify(rule).slice(0, 80)}`, () => {
      const [first] = read([rule]).errors ?? []
      expect(first?.path).toEqual(path)
      expect(first?.message).toContain(said)
    })
  }

  it('but not as something else than a list of 500, nor under the name of another rule', () => {
    const rule = { name: 'a', action: 'DROP' }
    for (const [list, said] of [
      [rule, 'Must be a list'],
      [Array(501).fill(rule), 'at most 500'],
      [[rule, rule], 'blocklist[0] is called a, too'],
    ] as const) {
      expect(read(list).errors?.[0]?.message).toContain(said)
    }
    const rules = [{ name: 'a', when: { type: 'x' }, then: { action: 'DROP' } }]
    expect(read([rule], { rules }).errors?.[0]?.message).toContain('rules[0] is called a, too')
  })

  it('with warnings of what blocks all, never counts, or has no effect', () => {
    const { warnings } = read([
      { name: 'all', action: 'DROP', timeLimit: 'DAYS' },
      { name: 'a', when: { domain: ['a.b', 'c.d'] }, action: 'MAINTAIN', timeLimit: 7 },
      { name: 'b', when: { domain: ['c.d', 'A.b'] }, action: 'DROP' },
    ])
    expect(warnings).toMatchObject([
      { path: ['blocklist', 0, 'timeLimit'], code: 'unused_time_limit' },
      { path: ['blocklist', 0], code: 'matches_everything' },
      { path: ['blocklist', 1, 'action'], code: 'same_senders' },
    ])
  })
})

describe('a blocklist tells', () => {
  const school = rulesOf(
    { action: 'TRANSMIT', timeLimit: 'DAYS', message: 'Ask your school' },
    { when: { domain: 'example.org' }, action: 'DROP' },
    { when: { domain: '*.pilot.example' }, action: 'MAINTAIN' },
    {
      when: { domain: 'new.pilot.example' },
      action: 'MAINTAIN',
      timeLimit: 60_000,
      message: 'Soon',
    },
    { when: { domain: '*', source: 'old' }, action: 'DROP', message: 'Update it' },
    {
      when: { address: ['203.0.113.0/24', '2001:db8::/32'] },
      action: 'MAINTAIN',
      timeLimit: 'PERMANENT',
    },
    { when: { address: '203.0.113.9', tenant: 't' }, action: 'TRANSMIT' },
    { when: { tenant: 'other', domain: 'a.b', source: 'lms' }, action: 'DROP' },
  )
  const all = 'Ask your school'
  const cases: [about: Partial<BlockFacts>, blocked: object | undefined][] = [
    [{}, undefined],
    [
      { domain: 'example.org' },
      { action: 'DROP', timeLimit: 'PERMANENT', rule: 'r1', message: all },
    ],
    [{ domain: ['x.y', 'EXAMPLE.org'] }, { action: 'DROP', rule: 'r1' }],
    [{ domain: 'a.example.org' }, undefined],
    [{ domain: 'example.org.' }, { rule: 'r1' }],
    [{ domain: 'pilot.example' }, undefined],
    [{ domain: 'a.b.pilot.example' }, { action: 'MAINTAIN', timeLimit: 'DAYS', rule: 'r2' }],
    [{ domain: 'new.pilot.example' }, { rule: 'r3', timeLimit: 60_000, message: 'Soon' }],
    [{ source: 'old' }, undefined],
    [
      { source: 'old', domain: 'x' },
      { action: 'DROP', rule: 'r4', message: 'Update it' },
    ],
    [
      { sourceId: 'old', domain: 'x' },
      { action: 'DROP', rule: 'r4' },
    ],
    [{ ip: '203.0.113.7' }, { action: 'MAINTAIN', rule: 'r5', timeLimit: 'PERMANENT' }],
    [{ ip: '::ffff:203.0.113.7' }, { rule: 'r5' }],
    [{ ip: '2001:DB8::1%eth0' }, { rule: 'r5' }],
    [
      { ip: '203.0.113.7', domain: 'example.org' },
      { action: 'MAINTAIN', rule: 'r5' },
    ],
    [{ ip: '203.0.113.9', domain: 'example.org' }, undefined],
    [{ ip: 'unknown' }, undefined],
    [{ domain: 'a.b' }, undefined],
    [{ domain: '' }, undefined],
    [{ domain: 'x'.repeat(10_000), source: 'old' }, undefined],
  ]
  for (const [about, blocked] of cases) {
    it(`${JSON.stringify(about).slice(0, 60)} ${blocked ? 'that it is blocked' : 'nothing'}`, () => {
      const verdict = verdictBy(school, { ...facts, ...about })
      if (blocked === undefined) expect(verdict).toBeUndefined()
      else expect(verdict).toMatchObject(blocked)
    })
  }

  it('one way of writing a domain from another', () => {
    const rules = rulesOf({ when: { domain: 'müller.example' }, action: 'DROP' })
    for (const domain of ['MÜLLER.example', 'xn--mller-kva.example']) {
      expect(verdictBy(rules, { ...facts, domain })).toBeDefined()
    }
  })

  it('whether a sender is blocked with whatever it sends', () => {
    const sender = (...rules: object[]) => compileBlocklist(rulesOf(...rules)).sender(facts)
    const drop = { when: { source: 'lms' }, action: 'DROP' }
    expect(sender(drop).always).toMatchObject({ action: 'DROP', rule: 'r0' })
    expect(
      sender({ action: 'MAINTAIN' }, { when: { domain: 'a' }, timeLimit: 7 }).always,
    ).toBeDefined()
    expect(sender(drop, { when: { source: 'app' }, action: 'TRANSMIT' }).always).toBeUndefined()
    expect(
      sender(drop, { when: { domain: 'a', source: 'x' }, action: 'TRANSMIT' }).always,
    ).toBeUndefined()
    expect(sender({ when: { domain: 'a' }, action: 'TRANSMIT' }, drop).always).toBeDefined()
    expect(sender({ when: { domain: 'a' }, action: 'DROP' }).always).toBeUndefined()
    expect(sender({ when: { source: 'app' }, action: 'DROP' }).isConcerned).toBe(true)
    expect(sender({ when: { tenant: 'u', domain: 'a' }, action: 'DROP' }).isConcerned).toBe(false)
  })
})
