import { describe, expect, it } from 'bun:test'
import { createBusyStore } from './busy-store'

function memory(random = 0.5) {
  let at = 1000
  const busy = createBusyStore({ now: () => at, random: () => random })
  /** Finds the millisecond at which the store is asked again. */
  function sparedMs(): number {
    const from = at
    while (busy.isSpared()) at += 1
    return at - from
  }
  return { busy, sparedMs }
}

describe('a process that remembers that its store was busy', () => {
  it('spares it for longer each time that it still is, up to five seconds', () => {
    const { busy, sparedMs } = memory()
    expect([busy.isSpared(), busy.isDoubted()]).toEqual([false, false])
    const spared = Array.from({ length: 9 }, () => {
      busy.wasBusy(0)
      return sparedMs()
    })
    expect(spared).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
    expect(busy.isDoubted()).toBe(true)
  })

  it('begins anew when the store took all', () => {
    const { busy, sparedMs } = memory()
    for (let times = 0; times < 5; times += 1) busy.wasBusy(0)
    sparedMs()
    busy.tookAll()
    expect([busy.isSpared(), busy.isDoubted()]).toEqual([false, false])
    busy.wasBusy(0)
    expect(sparedMs()).toBe(100)
  })

  it('spends a tenth of its time on a store that takes seconds to say nothing', () => {
    const { busy, sparedMs } = memory()
    busy.wasBusy(6000)
    expect(sparedMs()).toBe(54_000)
  })

  it('comes back at another moment than others who were refused with it', () => {
    const spared = [0, 0.999].map((random) => {
      const { busy, sparedMs } = memory(random)
      busy.wasBusy(0)
      return sparedMs()
    })
    expect(spared).toEqual([50, 150])
  })

  it('asks it all the same when there is nowhere else to go', () => {
    const { busy } = memory()
    busy.wasBusy(6000)
    busy.askAgain()
    expect([busy.isSpared(), busy.isDoubted()]).toEqual([false, true])
  })
})
