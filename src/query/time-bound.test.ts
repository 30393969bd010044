import { describe, expect, it } from 'bun:test'
import { toTimeBound } from './time-bound'

const bounds: [value: string, bound: string | undefined][] = [
  ['2026-11-21', '2026-11-21T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-11-21T09:30:00.000Z', '2026-11-21T09:30:00.000Z'],
  ['2026-11-21T09:30:00Z', '2026-11-21T09:30:00.000Z'],
  ['2026-11-21T10:30:00+01:00', '2026-11-21T09:30:00.000Z'],
  ['2026-02-29', undefined],
  ['2026-13-01', undefined],
  ['2026-11', undefined],
  ['yesterday', undefined],
  ['1763717400', undefined],
  ['', undefined],
]

describe('a bound in time', () => {
  for (const [value, bound] of bounds) {
    it(`${JSON.stringify(value)} is ${bound ?? 'not one'}`, () => {
      expect(toTimeBound(value)).toBe(bound)
    })
  }
})
