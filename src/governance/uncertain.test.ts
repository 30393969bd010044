import { describe, expect, it } from 'bun:test'
import type { Condition } from '../event/condition'
import type { Facts } from './policy/decision'
import { defaultPolicy, type Rule } from './policy/policy'
import { uncertainly } from './uncertain'

const sending = {
  ...{ tenantId: 'north', sourceId: 'lms', receivedAt: '2026-11-29T08:00:00.000Z' },
  server: { requestId: 'r' },
}
const nobody: Facts = { isUnder13: false, consents: new Map(), isOptedOut: false }

function ask(rule: Omit<Rule, 'name'>, facts: Partial<Facts> = {}, raw = '{}') {
  const policy = { ...defaultPolicy, rules: [{ name: 'r', ...rule }] }
  return uncertainly(policy, { raw, sending, standard: 'caliper' }, { ...nobody, ...facts })
}

const here = { path: 'sourceId', equals: 'lms' }
const elsewhere = { path: 'source_id', in: ['quiz', 'reader'] }
const unknown = { path: 'type', equals: 'ViewEvent' }

const matches: [when: Condition | undefined, is: 'sure' | 'perhaps' | 'never'][] = [
  [undefined, 'sure'],
  [here, 'sure'],
  [{ path: 'standard', prefix: 'cal' }, 'sure'],
  [elsewhere, 'never'],
  [{ not: elsewhere }, 'sure'],
  [{ not: unknown }, 'perhaps'],
  [unknown, 'perhaps'],
  [{ all: [here, unknown] }, 'perhaps'],
  [{ all: [unknown, elsewhere] }, 'never'],
  [{ any: [unknown, here] }, 'sure'],
  [{ any: [elsewhere, unknown] }, 'perhaps'],
  [{ any: [elsewhere, { not: here }] }, 'never'],
]

describe('a rule about an item that is no event', () => {
  for (const [when, is] of matches) {
    it(`is asked ${is} of ${JSON.stringify(when) ?? 'everything'}`, () => {
      const { treatments } = ask({ when, then: { personal: 'pseudonymise' } })
      expect(treatments).toHaveLength(is === 'never' ? 0 : 1)
      // A rule that might not have concerned it throws nothing away.
      const dropped = ask({ when, then: { action: 'DROP' } })
      expect(dropped.withheldBy).toBe(is === 'sure' ? 'r' : undefined)
      const consent = { category: 'analytics', without: 'drop' as const }
      const asked = ask({ when, then: { consent } })
      expect(asked.withheldBy).toBe(is === 'sure' ? 'r' : undefined)
      expect(asked.treatments.some(({ isAnonymous }) => isAnonymous)).toBe(is !== 'never')
      const granted = { consents: new Map([['analytics', 'granted' as const]]) }
      expect(ask({ when, then: { consent } }, granted).treatments).toEqual([])
      const optedOut = ask({ when, then: { consent } }, { ...granted, isOptedOut: true })
      expect(optedOut.treatments).toHaveLength(is === 'never' ? 0 : 1)
    })
  }

  it('about age may concern it where nothing says so', () => {
    const rule = {
      facts: { under13: true },
      then: { action: 'DROP' as const, personal: 'drop' as const },
    }
    expect(ask(rule)).toMatchObject({ withheldBy: undefined, treatments: [{ rule: 'r' }] })
    expect(ask(rule, { isUnder13: true }).withheldBy).toBe('r')
  })

  it('is not needed for a child, or for what is marked as personal', () => {
    const then = { retention: 'pii' as const }
    expect(ask({ then }, { isUnder13: true }).treatments).toMatchObject([
      { rule: 'under13', treatment: 'drop', isAnonymous: true },
    ])
    const consents = new Map([['parental', 'granted' as const]])
    expect(ask({ then }, { isUnder13: true, consents }).treatments).toEqual([])
    expect(ask({ then }, {}, '{"privacy_level":"pii"}').treatments).toMatchObject([{ rule: 'pii' }])
  })
})
