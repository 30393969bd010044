import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { naively, someCondition, someRecord } from '../../../tests/support/conditions'
import { policyOf } from '../../../tests/support/policies'
import type { EventRecord } from '../../event/record'
import { compilePolicy } from './compile'
import type { Facts, Governable } from './decision'
import { type Consequences, defaultPolicy, type Rule } from './policy'

const someThen: fc.Arbitrary<Consequences> = fc.oneof(
  fc.constantFrom(0, 0.2, 0.7, 1).map((sampling) => ({ sampling })),
  fc
    .record({
      category: fc.constantFrom('analytics', 'parental'),
      without: fc.constantFrom('anonymous' as const, 'count' as const, 'drop' as const),
    })
    .map((consent) => ({ consent })),
  fc.record(
    {
      personal: fc.constantFrom('drop' as const, 'generalise' as const, 'pseudonymise' as const),
      fields: fc.constant<string[]>(['$.payload.x']),
    },
    { requiredKeys: ['personal'] },
  ),
  fc
    .constantFrom('standard' as const, 'sensitive' as const, 'pii' as const, 'system' as const)
    .map((retention) => ({ retention })),
  fc
    .constantFrom('TRANSMIT' as const, 'MAINTAIN' as const, 'DROP' as const)
    .map((action) => ({ action })),
)
const someRules = fc
  .array(
    fc.record(
      {
        when: someCondition,
        facts: fc.record({ under13: fc.boolean(), optOut: fc.boolean() }, { requiredKeys: [] }),
        then: someThen,
      },
      { requiredKeys: ['then'] },
    ),
    { maxLength: 12 },
  )
  .map((rules) => rules.map((rule, at) => ({ ...rule, name: `r${at}` }) as Rule))
const someFacts: fc.Arbitrary<Facts> = fc.record({
  isUnder13: fc.boolean(),
  isOptedOut: fc.boolean(),
  consents: fc.constantFrom(
    new Map(),
    new Map([['analytics', 'granted' as const]]),
    new Map([['parental', 'granted' as const]]),
  ),
})
const someEvent = fc
  .tuple(someRecord, fc.constantFrom(undefined, 'performance' as const, 'debug' as const))
  .map(([record, sampling]) => ({ ...record, sampling }) as Governable)

describe('a compiled policy', () => {
  it('finds the rules that plain evaluation finds', () => {
    fc.assert(
      fc.property(someRules, someEvent, someFacts, (rules, event, facts) => {
        const found = compilePolicy(policyOf(rules)).matching(event, facts)
        const plainly = rules.flatMap(({ when, facts: asked }, at) => {
          if (when !== undefined && !naively(when, event as EventRecord)) return []
          if (asked?.under13 !== undefined && asked.under13 !== facts.isUnder13) return []
          if (asked?.optOut !== undefined && asked.optOut !== facts.isOptedOut) return []
          return [at]
        })
        expect(found).toEqual(plainly)
      }),
      { numRuns: 500 },
    )
  }, 20_000)

  it('decides the same whatever the order of its rules', () => {
    fc.assert(
      fc.property(
        someRules.chain((rules) =>
          fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })),
        ),
        someEvent,
        someFacts,
        ([rules, others], event, facts) => {
          const [one, other] = [rules, others].map((some) => {
            const {
              rules: names,
              by: _,
              treatments,
              ...rest
            } = compilePolicy(policyOf(some)).decide(event, facts)
            const done = treatments.map(({ rule: _, ...how }) => JSON.stringify(how))
            return {
              ...rest,
              names: rest.fate === 'withhold' ? 0 : names.length,
              done: [...new Set(done)].sort(),
            }
          })
          expect(one).toEqual(other!)
        },
      ),
      { numRuns: 500 },
    )
  }, 20_000)

  it('is never less strict for a rule more', () => {
    const order = ['keep', 'hold', 'withhold']
    fc.assert(
      fc.property(someRules, someEvent, someFacts, (rules, event, facts) => {
        const { retentionDays } = defaultPolicy
        const before = compilePolicy(policyOf(rules.slice(1))).decide(event, facts)
        const after = compilePolicy(policyOf(rules)).decide(event, facts)
        expect(order.indexOf(after.fate)).toBeGreaterThanOrEqual(order.indexOf(before.fate))
        if (after.fate !== 'keep' || before.fate !== 'keep') return
        expect(after.sampleRate ?? 1).toBeLessThanOrEqual(before.sampleRate ?? 1)
        expect(after.treatments.length).toBeGreaterThanOrEqual(before.treatments.length > 0 ? 1 : 0)
        expect(retentionDays[after.retentionClass]).toBeLessThanOrEqual(
          retentionDays[before.retentionClass],
        )
      }),
      { numRuns: 500 },
    )
  }, 20_000)
})
