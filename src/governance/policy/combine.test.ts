import { describe, expect, it } from 'bun:test'
import { decide } from '../../../tests/support/policies'
import type { EventRecord } from '../../event/record'
import type { Facts, Governable } from './decision'
import type { Consequences, Rule } from './policy'

const all = (name: string, then: Consequences): Rule => ({ name, then })

describe('what becomes of an event', () => {
  it('is nothing without rules', () => {
    expect(decide([])).toEqual({
      rules: [],
      fate: 'keep',
      treatments: [],
      privacyLevel: 'standard',
      retentionClass: 'standard',
    })
  })

  const denied = new Map([['analytics', 'denied' as const]])
  const granted = new Map([['analytics', 'granted' as const]])
  const parents = new Map([['parental', 'granted' as const]])
  const consent = (without: 'anonymous' | 'count' | 'drop') =>
    all('c', { consent: { category: 'analytics', without } })
  const sampled = { sampling: 'performance' } as const
  const anonymous = (rule: string) => ({ rule, treatment: 'drop', isAnonymous: true })

  const cases: [
    what: string,
    rules: Rule[],
    event: Partial<Governable>,
    facts: Partial<Facts>,
    expected: object,
  ][] = [
    ['dropped by action', [all('a', { action: 'DROP' })], {}, {}, { fate: 'withhold', by: 'a' }],
    ['held by action', [all('a', { action: 'MAINTAIN' })], {}, {}, { fate: 'hold', by: 'a' }],
    ['sent on by action', [all('a', { action: 'TRANSMIT' })], {}, {}, { fate: 'keep', rules: [] }],
    [
      'dropped rather than held or sent on',
      ['TRANSMIT', 'MAINTAIN', 'DROP'].map((action) => all(action, { action } as Consequences)),
      {},
      {},
      { fate: 'withhold', by: 'DROP' },
    ],
    [
      'kept with consent',
      [consent('drop')],
      {},
      { consents: granted },
      { fate: 'keep', rules: [] },
    ],
    ['not kept without', [consent('drop')], {}, {}, { fate: 'withhold', by: 'c' }],
    ['not kept when denied', [consent('drop')], {}, { consents: denied }, { fate: 'withhold' }],
    ['counted without', [consent('count')], {}, {}, { fate: 'withhold', by: 'c', isCounted: true }],
    [
      'kept without the person',
      [consent('anonymous')],
      {},
      {},
      { fate: 'keep', rules: ['c'], treatments: [anonymous('c')] },
    ],
    [
      'as without consent for who opts out',
      [consent('drop')],
      {},
      { consents: granted, isOptedOut: true },
      { fate: 'withhold' },
    ],
    [
      'as parents say, whoever opts out',
      [all('p', { consent: { category: 'parental', without: 'drop' } })],
      {},
      { consents: parents, isOptedOut: true },
      { fate: 'keep' },
    ],
    ['sampled away', [all('s', { sampling: 0 })], sampled, {}, { fate: 'withhold', by: 's' }],
    [
      'in the sample with its rate',
      [all('s', { sampling: 1 - 1e-12 })],
      sampled,
      {},
      { fate: 'keep', sampleRate: 1 - 1e-12, rules: ['s'] },
    ],
    [
      'kept whatever is sampled: learning',
      [all('s', { sampling: 0 })],
      {},
      {},
      { fate: 'keep', rules: [] },
    ],
    [
      'without the person under 13',
      [],
      {},
      { isUnder13: true },
      { rules: ['under13'], treatments: [anonymous('under13')] },
    ],
    [
      'as usual under 13 with the consent of parents',
      [],
      {},
      { isUnder13: true, consents: parents },
      { rules: [], treatments: [] },
    ],
    [
      'pseudonymised where it is personal',
      [],
      { privacyLevel: 'pii' },
      {},
      {
        rules: ['pii'],
        treatments: [{ rule: 'pii', treatment: 'pseudonymise' }],
        retentionClass: 'pii',
      },
    ],
    [
      'so as well where a rule says that it is',
      [all('l', { privacyLevel: 'pii' })],
      {},
      {},
      { rules: ['l', 'pii'], privacyLevel: 'pii', retentionClass: 'pii' },
    ],
    [
      'never less private than its sender says',
      [all('l', { privacyLevel: 'standard' })],
      { privacyLevel: 'sensitive' },
      {},
      { rules: [], privacyLevel: 'sensitive', retentionClass: 'sensitive' },
    ],
    [
      'kept as short as the shortest says',
      [all('r', { retention: 'system' }), all('q', { retention: 'standard' })],
      { privacyLevel: 'sensitive' },
      {},
      { rules: ['r'], retentionClass: 'system' },
    ],
    [
      'treated as the strictest says',
      [all('p', { personal: 'pseudonymise' }), all('d', { personal: 'drop' })],
      {},
      {},
      { rules: ['p', 'd'], treatments: [{ rule: 'd', treatment: 'drop' }] },
    ],
    [
      'treated in fields beside',
      [all('p', { personal: 'generalise', fields: ['$.x'] }), all('d', { personal: 'drop' })],
      {},
      {},
      {
        treatments: [
          { rule: 'd', treatment: 'drop' },
          { rule: 'p', treatment: 'generalise', fields: ['$.x'] },
        ],
      },
    ],
  ]
  for (const [what, rules, event, facts, expected] of cases) {
    it(what, () => expect(decide(rules, event, facts)).toMatchObject(expected))
  }

  it('is decided for entities as for events', () => {
    const rule = {
      name: 'x',
      when: { path: 'standard', equals: 'caliper' },
      then: { action: 'DROP' },
    }
    expect(decide([rule as Rule], { kind: 'entity', type: 'Person' }).fate).toBe('withhold')
  })

  it('asks level and class of events that have none as of those that have the usual', () => {
    for (const path of ['privacyLevel', 'retention_class']) {
      const rule = { name: 'x', when: { path, equals: 'standard' }, then: { action: 'DROP' } }
      const bare = { privacyLevel: undefined, retentionClass: undefined }
      expect(decide([rule as Rule], bare).fate).toBe('withhold')
    }
  })
})

describe('facts that no field says', () => {
  const drop = { action: 'DROP' } as const
  const cases: [
    facts: Rule['facts'],
    event: Partial<EventRecord>,
    facts: Partial<Facts>,
    holds: boolean,
  ][] = [
    [{ under13: true }, {}, { isUnder13: true }, true],
    [{ under13: true }, {}, {}, false],
    [{ under13: false }, {}, {}, true],
    [{ optOut: true }, {}, { isOptedOut: true }, true],
    [{ optOut: true, under13: true }, {}, { isOptedOut: true }, false],
    [{ environment: ['production'] }, {}, {}, true],
    [{ environment: ['development'] }, {}, {}, false],
    [{ domain: ['example.edu'] }, { actorId: 'mailto:a@Example.edu' }, {}, true],
    [{ domain: ['example.edu'] }, { actorId: 'mailto:a@x.example.edu' }, {}, false],
    [{ domain: ['*.example.edu'] }, { actorId: 'mailto:a@x.example.edu' }, {}, true],
    [{ domain: ['*.example.edu'] }, { actorId: 'mailto:a@notexample.edu' }, {}, false],
    [{ domain: ['example.edu'] }, { actorId: 'https://example.edu/users/1' }, {}, true],
    [{ domain: ['example.edu'] }, { actorId: 'https://example.edu.evil.org/1' }, {}, false],
    [{ domain: ['example.edu'] }, { actorId: 'https://example.edu@evil.org/1' }, {}, false],
    [{ domain: ['a.org'] }, { raw: '{"payload":{"domain":"A.org"}}' }, {}, true],
    [{ domain: ['a.org'] }, { edAppId: 'https://a.org:8443/x' }, {}, true],
    [{ sampling: ['high-volume'] }, { type: 'NavigationEvent' }, {}, true],
    [{ sampling: ['never'] }, { type: 'ViewEvent' }, {}, true],
  ]
  for (const [asked, event, facts, holds] of cases) {
    it(JSON.stringify([asked, event, facts]), () => {
      const fate = decide([{ name: 'x', facts: asked, then: drop }], event, facts).fate
      expect(fate).toBe(holds ? 'withhold' : 'keep')
    })
  }
})
