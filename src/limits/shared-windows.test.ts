import { describe, expect, it } from 'bun:test'
import type { Rate } from './rate'
import { createSharedWindows } from './shared-windows'

/** A tally in memory, which counts what it is told and how often. */
function aTally() {
  const totals = new Map<string, number>()
  const tally = {
    writes: 0,
    told: [] as string[],
    isAway: false,
    async add(caller: readonly string[], requests: number) {
      tally.writes += 1
      tally.told.push(`${caller.join(' ')}: ${requests}`)
      if (tally.isAway) throw new Error('away')
      const name = caller.join(' ')
      totals.set(name, (totals.get(name) ?? 0) + requests)
      return totals.get(name)!
    },
    forget: () => totals.clear(),
  }
  return tally
}

/** Draws the same numbers in each run (a linear congruential generator, as in Numerical Recipes). */
function createRandom() {
  let state = 114
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** So many processes, each with a clock of its own that began whenever it did. */
function processes(count: number, tally = aTally()) {
  let now = 0
  const failures: string[] = []
  const all = Array.from({ length: count }, (_, index) => {
    const began = 1e6 * index
    return createSharedWindows(
      {
        tally,
        callerOf: (name) => [name],
        clock: { monotonic: () => began + now },
        failed: (reason) => void failures.push(reason),
      },
      1_000,
    )
  })
  const random = createRandom()
  return {
    ...{ tally, failures, all },
    advance: (ms: number) => (now += ms),
    /** One request at whichever process is next. @returns whether it passed */
    async ask(name: string, rate: Rate) {
      const windows = all[Math.floor(random() * count)]!
      const { isOver } = windows.take(name, rate)
      await windows.settle()
      return !isOver
    },
  }
}

/** @returns how many passed in each window of a flood of so many requests a second */
async function flood(
  { ask, advance }: ReturnType<typeof processes>,
  name: string,
  { rate, perSecond, windows }: { rate: Rate; perSecond: number; windows: number },
) {
  const passed: number[] = []
  const requests = (perSecond * rate.windowMs) / 1_000
  for (let window = 0; window < windows; window += 1) {
    let count = 0
    for (let n = 0; n < requests; n += 1) {
      if (await ask(name, rate)) count += 1
      advance(1_000 / perSecond)
    }
    passed.push(count)
  }
  return passed
}

const perMinute = (most: number): Rate => ({ most, windowMs: 60_000 })

describe('windows of many processes', () => {
  // Processes, the rate, how many times of it come, and how many times of it may pass in a first and in each
  // later window: each process should have three requests in a window, or it knows of the others too late.
  const floods: [processes: number, most: number, times: number, first: number, later: number][] = [
    [1, 600, 10, 1, 1],
    [2, 60, 3, 1.15, 1.15],
    [2, 60, 10, 1.15, 1.1],
    [50, 600, 10, 1.4, 1.15],
    [50, 6_000, 1.5, 1.2, 1.05],
    [50, 6_000, 10, 1.3, 1.05],
    [200, 600, 10, 1.8, 1.25],
    [1_000, 6_000, 10, 2.6, 1.2],
  ]
  for (const [count, most, times, first, later] of floods) {
    it(`let ${most} a minute pass ${count} of them, of ${times} times as many`, async () => {
      const rate = perMinute(most)
      const some = { rate, perSecond: (most * times) / 60, windows: 3 }
      const [begun, ...passed] = await flood(processes(count), 'loud', some)
      expect(begun).toBeWithin(most, most * first + 1)
      for (const one of passed) expect(one).toBeWithin(most * 0.9, most * later + 1)
    })
  }

  it('refuse nobody who keeps to the rate, however many processes serve them', async () => {
    for (const [count, most] of [
      [2, 60],
      [50, 600],
      [200, 6_000],
      [1_000, 30_000],
    ] as const) {
      const rate = perMinute(most)
      const quiet = { rate, perSecond: (most * 0.85) / 60, windows: 3 }
      const sent = quiet.perSecond * 60
      for (const passed of await flood(processes(count), 'quiet', quiet)) {
        expect(passed).toBeWithin(sent - 1, sent + 1)
      }
    }
  })

  it('refuse nobody for a bell, at which half of a rate comes in ten seconds', async () => {
    const some = processes(100)
    const rate = perMinute(6_000)
    const at = async (perSecond: number, seconds: number) => {
      for (let n = 0; n < perSecond * seconds; n += 1) {
        expect(await some.ask('school', rate)).toBe(true)
        some.advance(1_000 / perSecond)
      }
    }
    for (const _ of [1, 2, 3]) {
      await at(20, 50)
      await at(300, 10)
      await at(20, 60)
    }
  })

  it('count each caller apart', async () => {
    const some = processes(10)
    const rate = perMinute(600)
    for (let n = 0; n < 3_000; n += 1) {
      await some.ask('loud', rate)
      some.advance(10)
    }
    for (let n = 0; n < 100; n += 1) expect(await some.ask('quiet', rate)).toBe(true)
  })

  it('tell nobody of callers far from their rate, and of the others once in so many requests', async () => {
    const some = processes(1)
    const rate = perMinute(300_000)
    for (let n = 0; n < 299; n += 1) await some.ask('school', rate)
    expect(some.tally.writes).toBe(0)
    for (let n = 0; n < 30_000; n += 1) {
      await some.ask('school', rate)
      some.advance(20)
    }
    expect(some.tally.writes).toBeWithin(1, 103)
    // Two answers are a rate: the second is asked for with the next request.
    const more = processes(1, some.tally)
    for (let n = 0; n < 300; n += 1) more.all[0]!.take('new', rate)
    for (let n = 0; n < 3; n += 1) {
      await more.all[0]!.settle()
      more.advance(1_000)
      await more.ask('new', rate)
    }
    expect(some.tally.told.filter((told) => told.startsWith('new'))).toEqual(['new: 300', 'new: 1'])
  })

  it('tell of the loudest when a flood comes from everywhere', async () => {
    const { all, tally, advance } = processes(1)
    const [windows] = all
    for (let n = 0; n < 500; n += 1) windows!.take(`address ${n}`, perMinute(60))
    for (let n = 0; n < 5; n += 1) windows!.take('address 77', perMinute(60))
    for (let n = 0; n < 100; n += 1) await windows!.settle()
    expect(tally.writes).toBe(10)
    expect(tally.told).toContain('address 77: 6')
    advance(1_000)
    await windows!.settle()
    expect(tally.writes).toBe(20)
  })

  it('hold to the own count alone while the tally is away, and do not ask it at each request', async () => {
    const some = processes(2)
    const rate = perMinute(60)
    some.tally.isAway = true
    for (let n = 0; n < 100; n += 1) {
      expect(await some.ask('school', rate)).toBe(true)
      some.advance(300)
    }
    expect(some.tally.writes).toBeWithin(2, 9)
    expect(some.failures[0]).toBe('away')
    some.tally.isAway = false
    const [first] = some.all
    await first!.settle()
    // What could not be told is told later, with what came meanwhile.
    expect(Number(some.tally.told.at(-1)!.split(' ')[1])).toBeGreaterThan(30)
    some.advance(60_000)
    const passed = await flood(some, 'school', { rate, perSecond: 10, windows: 3 })
    expect(passed[2]).toBeLessThan(70)
  })

  it('hold nothing against anybody when the tally begins anew, or is far ahead', async () => {
    const some = processes(3)
    const rate = perMinute(60)
    for (let n = 0; n < 40; n += 1) {
      if (n % 10 === 0) some.tally.forget()
      expect(await some.ask('school', rate)).toBe(true)
      some.advance(1_200)
    }
    const [one] = some.all
    await some.tally.add(['alone'], 1e6)
    for (let n = 0; n < 60; n += 1) {
      expect(one!.take('alone', rate).isOver).toBe(false)
      await one!.settle()
      some.advance(500)
      if (n === 40) some.tally.forget()
    }
    expect(one!.take('alone', rate).isOver).toBe(true)
    await some.tally.add(['late'], 1e9)
    for (let n = 0; n < 40; n += 1) {
      expect(await some.ask('late', rate)).toBe(true)
      some.advance(1_200)
    }
  })

  it('go on by their own time when others stopped, and begin anew when it is over', async () => {
    const some = processes(2)
    const rate = perMinute(60)
    for (let n = 0; n < 120; n += 1) {
      await some.ask('loud', rate)
      some.advance(333)
    }
    // Neither had more than may be, both know of the other: whoever only looks is told so.
    expect(some.all.map((windows) => windows.look('loud', rate).isOver)).toEqual([true, true])
    await flood(some, 'loud', { rate, perSecond: 20, windows: 2 })
    some.advance(180_000)
    for (const windows of some.all) expect(windows.look('loud', rate).isOver).toBe(false)
    for (let n = 0; n < 30; n += 1) {
      expect(await some.ask('loud', rate)).toBe(true)
      some.advance(1_500)
    }
  })

  it('look without counting, and hold no more callers than they may', () => {
    const { all } = processes(1)
    const [windows] = all
    const rate = perMinute(3)
    for (let n = 0; n < 10; n += 1) expect(windows!.look('ada', rate).isOver).toBe(false)
    for (let n = 0; n < 4; n += 1) windows!.take('ada', rate)
    expect(windows!.look('ada', rate)).toEqual({ rate, left: 0, resetSeconds: 60, isOver: true })
    for (let n = 0; n < 1_000; n += 1) windows!.take(`caller ${n}`, rate)
    expect(windows!.look('ada', rate).isOver).toBe(false)
  })
})
