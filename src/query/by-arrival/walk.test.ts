import { describe, expect, it } from 'bun:test'
import type { Walk } from './place'
import { afterAll, afterFailure, afterSome, beginAt, percentAt, placeNow, windowEnd } from './walk'

const now = new Date('2026-12-31T00:00:00.000Z')
const time = { now, hotTtlDays: 16 }
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString()
const to = now.toISOString()

const places: [days: number, is: 'hot' | 'lake', until?: number][] = [
  [0.5, 'hot'],
  [14.9, 'hot'],
  [15.1, 'lake', 14],
  [400, 'lake', 14],
]

describe('The place at which a walk begins', () => {
  for (const [days, is, until] of places) {
    it(`is in the ${is} for what arrived ${days} days ago`, () => {
      const place = beginAt(daysAgo(days), to, time)
      expect(place.in).toBe(is)
      if (place.in === 'lake') expect(place.to).toBe(daysAgo(until!))
    })
  }

  it('ends with the walk', () => {
    expect(beginAt(daysAgo(30), daysAgo(29), time)).toMatchObject({ to: daysAgo(29) })
  })
})

describe('The place of a walk that lay still', () => {
  const walk = { at: daysAgo(20), to, place: { in: 'hot', from: daysAgo(25) } } as Walk

  it('is in the lake again, where it stood, once hot copies may have expired', () => {
    expect(placeNow(walk, { ...time, hasOrder: true })).toMatchObject({
      in: 'lake',
      from: daysAgo(20),
    })
  })

  it('is where all of it began, where the hot store has no order', () => {
    const without = placeNow(walk, { ...time, hasOrder: false })
    expect(without).toMatchObject({ in: 'lake', from: daysAgo(25) })
  })

  it('stays where nothing expires', () => {
    const recent = { ...walk, at: daysAgo(3) }
    expect(placeNow(recent, { ...time, hasOrder: true })).toBe(recent.place)
  })
})

describe('A question over the lake', () => {
  const place = {
    in: 'lake' as const,
    ...{ from: daysAgo(30), to: daysAgo(14), windowMs: 86_400_000, rows: 1000 },
  }

  it('goes on behind what it answered, and asks for more when that was little', () => {
    expect(windowEnd(place)).toBe(daysAgo(29))
    const all = afterAll({ ...place, afterId: 'x', query: 'q' })
    expect(all).toEqual({ ...place, from: daysAgo(29), windowMs: 2 * 86_400_000 })
    const some = afterSome(place, { receivedAt: daysAgo(29.5), eventId: 'e' })
    expect(some).toMatchObject({ from: daysAgo(29.5), afterId: 'e', windowMs: 43_200_000 })
  })

  it('ends where the hot store begins', () => {
    expect(windowEnd({ ...place, from: daysAgo(14.1) })).toBe(daysAgo(14))
  })

  it('is smaller after a failure, and never empty', () => {
    expect(afterFailure({ ...place, query: 'q' })).toEqual({
      ...place,
      ...{ windowMs: 21_600_000, rows: 250, failures: 1 },
    })
    const last = afterFailure({ ...place, windowMs: 1, rows: 1, failures: 3 })
    expect(last).toMatchObject({ windowMs: 1000, rows: 1, failures: 4 })
  })
})

it('percent are those of the time, and 100 only at the end', () => {
  const range = { from: daysAgo(10), to }
  expect([12, 10, 5, 0].map((days) => percentAt(range, daysAgo(days)))).toEqual([0, 0, 50, 99])
})
