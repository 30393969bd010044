import { describe, expect, it } from 'bun:test'
import { createDueStates } from './due'

function clocked(most = 10) {
  let now = 0
  const due = createDueStates(() => now, { most })
  return {
    ...due,
    /** Reads whatever is due within so many ms, and says when. */
    run(ms: number, through: () => string | undefined) {
      const reads: number[] = []
      for (const end = now + ms; now <= end; now += 50) {
        for (const key of due.take(10)) {
          reads.push(now)
          due.seen(key, through())
        }
      }
      return reads
    },
    wait(ms: number) {
      now += ms
    },
  }
}

describe('states that are due', () => {
  it('are read soon after an event, until it is in them, and once more', () => {
    const due = clocked()
    due.touch('amy', '10')
    expect(due.take(10)).toEqual([])
    let reads = 0
    const times = due.run(60_000, () => (++reads > 2 ? '10' : '09'))
    expect(times.length).toBe(4)
    expect(times[0]).toBe(250)
    expect(times[2]! - 250).toBeLessThanOrEqual(1_300)
    expect(due.nextIn()).toBeUndefined()
  })

  it('are given up where the event never shows', () => {
    const due = clocked()
    due.touch('amy', '10')
    const times = due.run(120_000, () => undefined)
    expect(times.length).toBe(8)
    expect(times.at(-1)).toBeLessThan(40_000)
  })

  it('are read twice a second while somebody types', () => {
    const due = clocked()
    let reads = 0
    for (let at = 0; at < 10_000; at += 200) {
      due.touch('amy', String(at))
      reads += due.run(150, () => undefined).length
    }
    expect(reads).toBeGreaterThan(10)
    expect(reads).toBeLessThan(40)
  })

  it('are read at once where somebody asks, and not again', () => {
    const due = clocked()
    due.ask('amy')
    expect(due.run(5_000, () => undefined)).toEqual([0])
  })

  it('are so many at most, those that waited longest being forgotten', () => {
    const due = clocked(3)
    for (const key of ['a', 'b', 'c', 'd']) due.ask(key)
    expect(due.take(2)).toEqual(['b', 'c'])
    expect(due.take(2)).toEqual(['d'])
  })
})
