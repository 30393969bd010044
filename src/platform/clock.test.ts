import { describe, expect, it } from 'bun:test'
import { createMonotonic, systemClock } from './clock'

const steps: [what: string, steady: number, wall: number, elapsed: number][] = [
  ['both clocks go on', 5, 5, 5],
  ['the wall clock is set back an hour', 5, -3_600_000, 5],
  ['the wall clock is set ahead', 5, 3_600_000, 3_600_000],
  ['the machine sleeps', 0, 60_000, 60_000],
  ['nothing happens', 0, 0, 0],
]

describe('monotonic time', () => {
  for (const [what, steady, wall, elapsed] of steps) {
    it(`counts ${elapsed} ms when ${what}`, () => {
      const at = { steady: 1000, wall: 1_700_000_000_000 }
      const monotonic = createMonotonic(
        () => at.steady,
        () => at.wall,
      )
      const before = monotonic()
      at.steady += steady
      at.wall += wall
      expect(monotonic() - before).toBe(elapsed)
    })
  }

  it('never goes back', () => {
    const readings = Array.from({ length: 1000 }, () => systemClock.monotonic())
    expect(readings).toEqual(readings.toSorted((a, b) => a - b))
  })
})
