import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { bucketOf, percentileOf, upperBoundOf } from './latency'

function counted(latencies: readonly number[]): Record<number, number> {
  const buckets: Record<number, number> = {}
  for (const ms of latencies) buckets[bucketOf(ms)] = (buckets[bucketOf(ms)] ?? 0) + 1
  return buckets
}

describe('Latencies that are counted by buckets', () => {
  it('are told to within a fifth, and never as less than they were', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 60_000, noNaN: true }), (ms) => {
        const told = upperBoundOf(bucketOf(ms))
        expect(told).toBeGreaterThanOrEqual(ms * (1 - 1e-9))
        expect(told).toBeLessThan(ms * 1.2)
      }),
    )
    for (const ms of [0, 0.2, 1]) expect(upperBoundOf(bucketOf(ms))).toBe(1)
  })

  it('have the percentile that sorting them would find', () => {
    const latency = fc.integer({ min: 1, max: 20_000 })
    const share = fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1)
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 200 }), share, (all, share) => {
        const exact = all.toSorted((a, b) => a - b)[Math.ceil(all.length * share) - 1]!
        expect(percentileOf(counted(all), share)).toBe(upperBoundOf(bucketOf(exact)))
      }),
    )
  })

  it('have none while nothing was counted', () => {
    expect(percentileOf({}, 0.5)).toBeUndefined()
  })
})
