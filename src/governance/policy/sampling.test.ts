import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { decide, nobody, policyOf } from '../../../tests/support/policies'
import { aRecord } from '../../../tests/support/webhooks'
import { compilePolicy } from './compile'
import type { Governable } from './decision'

describe('sampling', () => {
  const rules = [{ name: 's', then: { sampling: 0.1 } }]
  const isKept = (event: Partial<Governable>) =>
    decide(rules, { sampling: 'performance', ...event }).fate === 'keep'

  it('keeps sessions whole, or people, or leaves single events out', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (sessionId, a, b) => {
        expect(isKept({ sessionId, actorId: a, eventId: a })).toBe(
          isKept({ sessionId, actorId: b, eventId: b }),
        )
        const one = { sessionId: undefined, actorId: a }
        expect(isKept({ ...one, eventId: a })).toBe(isKept({ ...one, eventId: b }))
      }),
    )
  })

  for (const [what, idOf] of [
    ['counted', (n: number) => `session-${n}`],
    ['UUIDs', (n: number) => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`],
    ['addresses', (n: number) => `https://example.edu/sessions/${n}?x=grüße`],
  ] as const) {
    it(`keeps its share of sessions: ${what}`, () => {
      const compiled = compilePolicy(policyOf(rules))
      const many = 20_000
      const event = { ...aRecord(), sampling: 'performance' } as Governable
      for (const tenantId of ['north', 'south', '']) {
        let kept = 0
        for (let n = 0; n < many; n += 1) {
          const decision = compiled.decide({ ...event, tenantId, sessionId: idOf(n) }, nobody)
          if (decision.fate === 'keep') kept += 1
        }
        // Five standard deviations: √(20,000 × 0.1 × 0.9) = 42.
        expect(Math.abs(kept - many / 10)).toBeLessThan(5 * 42)
      }
    })
  }

  it('draws apart for tenants, and has a smaller sample in a larger one', () => {
    const kept = (tenantId: string, sampling: number) => {
      const compiled = compilePolicy(policyOf([{ name: 's', then: { sampling } }]))
      const ids = Array.from({ length: 2000 }, (_, n) => `s${n}`)
      return ids.filter((sessionId) => {
        const event = { ...aRecord(), tenantId, sessionId, sampling: 'performance' } as Governable
        return compiled.decide(event, nobody).fate === 'keep'
      })
    }
    const [small, large, other] = [kept('north', 0.1), kept('north', 0.3), kept('south', 0.1)]
    expect(small.filter((id) => !large.includes(id))).toEqual([])
    const both = small.filter((id) => other.includes(id)).length
    expect(both).toBeLessThan(60) // of independent draws, 20
  })
})
