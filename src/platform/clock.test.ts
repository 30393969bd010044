import { describe, expect, it } from 'bun:test'
import { createAgreedTime, createMonotonic, systemClock } from './clock'

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

describe('the time that is agreed on', () => {
  const HOUR = 60 * 60 * 1000
  const START = Date.parse('2026-11-21T09:00:00.000Z')

  type Look = readonly [real: number, wall: number, agreed: number | undefined]

  /**
   * A look has hours since the start, real ones and those of the wall clock; then the agreed ones.
   */
  const looks: Record<string, Look[]> = {
    'is none at the first look': [
      [0, 0, undefined],
      [0.5, 0.5, undefined],
    ],
    'is that of the look before': [
      [0, 0, undefined],
      [1, 1, 0],
      [1.5, 1.5, 0],
      [2, 2, 1],
    ],
    'is not that of a clock that was wrong for a moment': [
      [0, 0, undefined],
      [1, 721, 0],
      [1.5, 721.5, 0],
      [2, 2, 2],
      [3, 3, 2],
    ],
    'goes back with the clock': [
      [0, 100, undefined],
      [1, 1, 1],
      [2, 2, 1],
    ],
    'is that of a clock that stays so': [
      [0, 0, undefined],
      [1, 721, 0],
      [2, 722, 721],
    ],
  }

  for (const [name, steps] of Object.entries(looks)) {
    it(name, () => {
      let at = { real: 0, wall: 0 }
      const agreedTime = createAgreedTime({
        now: () => new Date(START + at.wall * HOUR),
        monotonic: () => at.real * HOUR,
      })
      for (const [real, wall, agreed] of steps) {
        at = { real, wall }
        const expected = agreed === undefined ? undefined : new Date(START + agreed * HOUR)
        expect(agreedTime()).toEqual(expected as Date)
      }
    })
  }
})
