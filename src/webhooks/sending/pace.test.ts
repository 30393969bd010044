import { describe, expect, it } from 'bun:test'
import { createPace } from './pace'

function scene() {
  let now = 0
  const pace = createPace(() => now)
  /** Makes as many attempts as the pace allows, as soon as it does. @returns when */
  function attemptsOf(rate: number, ms: number): number[] {
    const times: number[] = []
    for (const end = now + ms; now < end; ) {
      const wait = pace.waitMs('whk_1', rate)
      if (wait > 0) {
        now += wait
        continue
      }
      pace.count('whk_1', rate)
      times.push(now)
    }
    return times
  }
  return { pace, attemptsOf, turn: (ms: number) => (now += ms) }
}

describe('The pace of a webhook', () => {
  for (const [rate, most, stretchMs] of [
    [5, 5, 1000],
    [1000, 1000, 1000],
    [1, 1, 1000],
    [0.1, 1, 10_000],
    [2.5, 3, 1200],
  ] as const) {
    it(`of ${rate} a second lets ${most} be made within any ${stretchMs} ms, and no fewer`, () => {
      const times = scene().attemptsOf(rate, 10 * stretchMs)
      expect(times).toHaveLength(10 * most)
      const tooSoon = times.filter(
        (at, n) => n >= most && at - times[n - most]! < stretchMs - 0.001,
      )
      expect(tooSoon).toEqual([])
    })
  }

  it('does not count an attempt that was not made after all', () => {
    const { pace } = scene()
    pace.count('whk_1', 1)()
    expect(pace.waitMs('whk_1', 1)).toBe(0)
    pace.count('whk_1', 1)
    expect(pace.waitMs('whk_1', 1)).toBe(1000)
    expect(pace.waitMs('whk_2', 1)).toBe(0)
  })

  it('follows a rate that is changed', () => {
    const { pace, turn } = scene()
    for (let n = 0; n < 10; n += 1) pace.count('whk_1', 10)
    expect(pace.waitMs('whk_1', 10)).toBe(1000)
    expect(pace.waitMs('whk_1', 20)).toBe(0)
    turn(400)
    expect(pace.waitMs('whk_1', 1)).toBe(600)
  })
})
