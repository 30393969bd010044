import { describe, expect, it } from 'bun:test'
import { createWindows } from './windows'

const rate = { most: 3, windowMs: 60_000 }

function aClock() {
  let now = 1_000
  return { monotonic: () => now, advance: (ms: number) => (now += ms) }
}

describe('windows', () => {
  it('count each caller apart, and begin anew when they end', () => {
    const clock = aClock()
    const windows = createWindows({ clock }, 10)
    const taken = () => windows.take('ada', rate)
    expect([taken(), taken(), taken()].map(({ left }) => left)).toEqual([2, 1, 0])
    expect(taken()).toEqual({ rate, left: 0, resetSeconds: 60, isOver: true })
    expect(windows.take('bob', rate).isOver).toBe(false)
    clock.advance(59_999)
    expect(taken()).toMatchObject({ isOver: true, resetSeconds: 1 })
    clock.advance(1)
    expect(taken()).toMatchObject({ isOver: false, left: 2 })
  })

  it('have all of their time when they begin, whatever the clock says', () => {
    for (let n = 0; n < 1_000; n += 1) {
      const begun = Math.random() * 1e5
      const windows = createWindows({ clock: { monotonic: () => begun } }, 10)
      expect(windows.take('ada', rate).resetSeconds).toBe(60)
    }
  })

  it('look without counting', () => {
    const windows = createWindows({ clock: aClock() }, 10)
    for (let n = 0; n < 10; n += 1) expect(windows.look('ada', rate).isOver).toBe(false)
    for (let n = 0; n < 3; n += 1) windows.take('ada', rate)
    expect(windows.look('ada', rate).isOver).toBe(true)
  })

  it('hold no more callers than they may, and forget who began first', () => {
    const windows = createWindows({ clock: aClock() }, 1_000)
    for (let n = 0; n < 4; n += 1) windows.take('first', rate)
    for (let n = 0; n < 999; n += 1) windows.take(`caller ${n}`, rate)
    expect(windows.look('first', rate).isOver).toBe(true)
    windows.take('one more', rate)
    expect(windows.look('first', rate).isOver).toBe(false)
    for (let n = 0; n < 100_000; n += 1) windows.take(`caller ${n}`, rate)
    expect(windows.look('caller 99999', rate).left).toBe(1)
  })

  it('give each caller at most its rate in each window, however requests come', () => {
    const clock = aClock()
    const windows = createWindows({ clock }, 10)
    let passed = 0
    for (let step = 0; step < 600; step += 1) {
      if (!windows.take('ada', rate).isOver) passed += 1
      clock.advance(1_000)
    }
    expect(passed).toBe(30)
  })
})
