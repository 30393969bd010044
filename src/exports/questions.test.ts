import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { sliceOfDays, slicesOfDay } from './questions'

const MOST = 100

describe('slices', () => {
  it('of days have what is read at once, or a day alone', () => {
    const rows = fc.array(fc.integer({ min: 1, max: 3 * MOST }), { minLength: 1 })
    fc.assert(
      fc.property(rows, (counts) => {
        let days = counts.map((count, at) => ({ day: `day ${at}`, rows: count }))
        while (days.length > 0) {
          const { slice, taken } = sliceOfDays(days, MOST)
          expect(taken).toBeGreaterThan(0)
          const some = days.slice(0, taken)
          expect(slice.days).toEqual([some[0]!.day, some.at(-1)!.day])
          expect(slice.rows).toBe(some.reduce((sum, day) => sum + day.rows, 0))
          if (taken > 1) expect(slice.rows).toBeLessThanOrEqual(MOST)
          days = days.slice(taken)
        }
      }),
    )
  })

  it('of a day leave nothing between them', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 2 * MOST }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(counts, (all) => {
        const seconds = all.map((rows, at) => ({ second: `second ${at}`, rows }))
        const slices = slicesOfDay('2026-11-21', seconds, MOST)
        expect(slices[0]!.from).toBe('second 0')
        for (const [at, slice] of slices.entries()) expect(slice.to).toBe(slices[at + 1]?.from)
        const sum = slices.reduce((total, { rows }) => total + rows, 0)
        expect(sum).toBe(all.reduce((total, rows) => total + rows, 0))
      }),
    )
  })
})
