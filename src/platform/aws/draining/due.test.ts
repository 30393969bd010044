import { expect, it } from 'bun:test'
import { isDueAgain } from './due'

it('what failed is tried each time, then hourly, then daily', () => {
  const now = new Date('2026-11-30T12:00:00Z')
  const dueOf = (storedAt: string) => {
    // A hundred thousand looks, evenly spread.
    const looks = Array.from({ length: 100_000 }, (_, at) => at / 100_000)
    return looks.filter((random) => isDueAgain({ storedAt }, now, random)).length / looks.length
  }
  expect(dueOf('2026-11-30T11:00:01Z')).toBe(1)
  expect(dueOf('2026-11-30T10:59:59Z')).toBeCloseTo(1 / 12, 3)
  expect(dueOf('2026-11-29T12:00:01Z')).toBeCloseTo(1 / 12, 3)
  expect(dueOf('2026-11-29T11:59:59Z')).toBeCloseTo(1 / 288, 3)
  // A clock that is behind that of S3.
  expect(dueOf('2026-11-30T12:00:05Z')).toBe(1)
})
