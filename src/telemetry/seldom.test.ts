import { describe, expect, it } from 'bun:test'
import { createSeldom } from './seldom'

function scene() {
  const time = { now: 0 }
  return { time, isDue: createSeldom({ clock: { monotonic: () => time.now }, everyMs: 60 }) }
}

describe('what is said seldom', () => {
  it('is due at first, and again after its time, each name for itself', () => {
    const { time, isDue } = scene()
    expect([isDue('a'), isDue('a'), isDue('b')]).toEqual([true, false, true])
    time.now = 59
    expect(isDue('a')).toBe(false)
    time.now = 60
    expect([isDue('a'), isDue('a')]).toEqual([true, false])
  })

  it('remembers a thousand names, however many there are', () => {
    const { isDue } = scene()
    for (let n = 0; n < 100_000; n += 1) isDue(`source ${n}`)
    expect(isDue('source 99999')).toBe(false)
    expect(isDue('source 99000')).toBe(false)
    expect(isDue('source 98999')).toBe(true)
  })
})
