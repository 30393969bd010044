import { describe, expect, it } from 'bun:test'
import { createBusyStore, createBusyStores } from './busy-store'

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

describe('a process that serves several tenants', () => {
  function memories() {
    let at = 1000
    const busyFor = createBusyStores({ now: () => at, random: () => 0.5 })
    return {
      busyFor,
      spared: (...tenants: string[]) => tenants.filter((one) => busyFor(one).isSpared()),
      pass: (ms: number) => {
        at += ms
      },
    }
  }

  it('spares nobody else for one whose own key is busy, however long', () => {
    const { busyFor, spared, pass } = memories()
    for (let times = 0; times < 50; times += 1) {
      busyFor('hot').wasBusy(20)
      busyFor('other').tookAll()
      expect(spared('hot', 'other', 'third')).toEqual(['hot'])
      expect(busyFor('other').isDoubted()).toBe(false)
      pass(10_000)
    }
  })

  it('spares a table that refused two of them for all, until it takes somebody', () => {
    const { busyFor, spared, pass } = memories()
    busyFor('one').wasBusy(20)
    expect(spared('one', 'two', 'three')).toEqual(['one'])
    busyFor('two').wasBusy(20)
    expect(spared('one', 'two', 'three')).toEqual(['one', 'two', 'three'])
    pass(200)
    expect([spared('three'), busyFor('three').isDoubted()]).toEqual([[], true])
    busyFor('three').tookAll()
    expect(busyFor('four').isDoubted()).toBe(false)
  })

  it('spares a table that does not answer for all at once', () => {
    const { busyFor, spared } = memories()
    busyFor('one').wasBusy(6000)
    expect(spared('two')).toEqual(['two'])
    busyFor('two').askAgain()
    expect(spared('two')).toEqual([])
  })

  it('does not take two refusals far apart for one of the table', () => {
    const { busyFor, spared, pass } = memories()
    busyFor('one').wasBusy(20)
    pass(1000)
    busyFor('one').tookAll()
    busyFor('two').wasBusy(20)
    expect(spared('three')).toEqual([])
  })

  it('remembers a bounded number of them', () => {
    const { busyFor, spared } = memories()
    busyFor('first').wasBusy(20)
    for (let tenant = 0; tenant < 1000; tenant += 1) busyFor(`t${tenant}`)
    expect(spared('first')).toEqual([])
  })
})
