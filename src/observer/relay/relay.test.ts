import { describe, expect, it } from 'bun:test'
import { setTimeout as wait } from 'node:timers/promises'
import { documentModel } from '../../../tests/support/document-model'
import { aPrincipal } from '../../../tests/support/principal'
import type { DocumentStore } from '../../platform/document-store'
import type { ObserverSettings } from '../../platform/registry/sources'
import { silentLog } from '../../telemetry/log'
import type { Effect } from '../state'
import { keyOf, LATE_MS } from './held'
import { lookAfter } from './look-after'
import { createRelay } from './relay'

const START = Date.parse('2026-11-30T08:00:00.000Z')
const MINUTE = 60_000
const place = { tenantId: 'school', connectionId: 'c1' }
const connection = { protocol: 'observer', principal: aPrincipal({ tenantId: 'school' }) }
const lockOf = (fields: object) => ({ event: 'lock_fields', fields })
const typed = (key: number) => ({ event: 'keystroke', key })
const known = lockOf({ source: 's', user_id: 'amy' })

/** Draws the same numbers in each run. */
function seeded(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state / 0x80000000
  }
}

interface Options {
  settings?: ObserverSettings
  random?: () => number
}

/** Functions that share documents and what they stored, any of which may die at any step. */
function scene({ settings, random = () => 0.5 }: Options = {}) {
  let now = START
  const clock = {
    now: () => new Date(now),
    monotonic: () => now,
    advance(ms: number) {
      now += ms
    },
  }
  const model = documentModel(clock)
  const stored = new Map<number, string>()
  const kept = new Map<number, string>()
  const sent: string[] = []
  const faults: string[] = []

  /** A process. @param steps it takes so many before it dies */
  function aFunction(steps = Number.POSITIVE_INFINITY) {
    let left = steps
    async function step<Result>(work: () => Promise<Result>): Promise<Result> {
      if (random() < 0.3) await wait(random() * 2)
      left -= 1
      // It dies before or after what it asked for was done.
      if (left === 0 && random() < 0.5) await work()
      if (left <= 0) throw new Error('killed')
      return work()
    }
    const documents: DocumentStore = {
      get: (...of) => step(() => model.get(...of)),
      put: (...of) => step(() => model.put(...of)),
      putAll: (...of) => step(() => model.putAll(...of)),
      delete: (...of) => step(() => model.delete(...of)),
      list: (...of) => step(() => model.list(...of)),
      deletePrefix: (...of) => step(() => model.deletePrefix(...of)),
    }
    async function perform(_: unknown, __: unknown, effects: readonly Effect[]) {
      const texts: string[] = []
      for (const effect of effects) {
        if (effect.kind === 'answer') texts.push(effect.text)
        if (effect.kind !== 'store' && effect.kind !== 'keep') continue
        await step(async () => {
          const held = (effect.kind === 'store' ? stored : kept).get(effect.n)
          const isOther = held !== undefined && held !== effect.item
          if (isOther) faults.push(`${effect.n}: ${held} and ${effect.item}`)
          ;(effect.kind === 'store' ? stored : kept).set(effect.n, effect.item)
        })
      }
      return { answers: texts, frames: [] }
    }
    const relay = createRelay({
      ...{ documents, perform, clock, leftMs: () => 20_000 },
      settingsOf: async () => settings,
      send: async (_, text) => void sent.push(text),
    })
    return {
      say: (frame: unknown) => {
        const text = typeof frame === 'string' ? frame : JSON.stringify(frame)
        return relay.deal(place, connection, { at: clock.now().toISOString(), text })
      },
      end: () => relay.deal(place, connection, { end: clock.now().toISOString() }),
      sweep: () =>
        lookAfter(
          { documents, relay: async () => relay, clock, log: silentLog },
          'school',
          () => true,
        ),
    }
  }

  return {
    ...{ aFunction, stored, kept, sent, faults },
    pass: clock.advance,
    held: async () => (await model.list('school', [], { limit: 1000 })).items,
    text: async () => {
      const found = await model.get('school', keyOf(place.connectionId))
      return Buffer.from(found!.bytes).toString()
    },
    /** What was typed, by the numbers of frames, in quarantine or not. */
    keys: () =>
      [...kept.entries(), ...stored.entries()]
        .toSorted(([a], [b]) => a - b)
        .flatMap(([, item]) => JSON.parse(item).client?.key ?? []),
    through: () =>
      sent
        .map((text) => JSON.parse(text))
        .flatMap(({ status, through }) => (status === 'stored' ? through : [])),
  }
}

describe('a stream whose frames come to functions of their own', () => {
  it('is stored frame by frame, and each is receipted', async () => {
    const test = scene()
    await test.aFunction().say(typed(0))
    await test.aFunction().say(lockOf({ source: 's' }))
    expect(test.sent).toEqual([])
    await test.aFunction().say(lockOf({ user_id: 'amy' }))
    await test.aFunction().say('{')
    for (const key of [1, 2]) await test.aFunction().say(typed(key))
    expect(test.keys()).toEqual([0, 1, 2])
    expect(test.through()).toEqual([3, 4, 5, 6])
    expect([...test.kept.keys()]).toEqual([4])
    expect(JSON.parse(test.sent[0]!)).toEqual({ status: 'auth', user_id: 'testcase-amy' })
    expect(await test.held()).toHaveLength(1)
  })

  it('writes what is locked when it changes, and not with each frame', async () => {
    const test = scene()
    const browserInfo = 'n'.repeat(5000)
    const one = test.aFunction()
    await one.say(lockOf({ source: 's', user_id: 'amy', browserInfo }))
    await one.say(typed(1))
    expect((await test.text()).length).toBeLessThan(2000)
    await test.aFunction().say(typed(2))
    expect(JSON.parse(test.stored.get(3)!)).toMatchObject({ lockedIn: { browserInfo: 1 } })
    expect(await test.held()).toHaveLength(2)
  })

  it('loses nothing and doubles nothing, whoever is killed at whatever step', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = seeded(seed)
      const test = scene({ random })
      const taken: number[] = []
      const frames = Array.from({ length: 25 }, (_, key) => (key === 7 ? known : typed(key)))
      const saying = frames.map(async (frame, key) => {
        await wait(random() * 20)
        const mayDie = random() < 0.3 ? 1 + Math.floor(random() * 15) : undefined
        const said = test.aFunction(mayDie).say(frame)
        await said.then(
          () => taken.push(key),
          () => undefined,
        )
        if (random() < 0.1) test.pass(40_000)
      })
      await Promise.all(saying)
      const acknowledged = Math.max(0, ...test.through())
      for (let tries = 0; tries < 8; tries += 1) {
        test.pass(3 * MINUTE)
        await test.aFunction(tries === 0 ? 6 : undefined).sweep()
      }
      const keys = test.keys()
      const wanted = taken.filter((key) => key !== 7)
      expect([seed, test.faults, wanted.filter((key) => !keys.includes(key))]).toEqual([
        seed,
        [],
        [],
      ])
      expect(new Set(keys).size).toBe(keys.length)
      // A receipt says no more than what is there.
      const missing = Array.from({ length: acknowledged }, (_, at) => at + 1).filter(
        (n) => !test.stored.has(n) && !test.kept.has(n),
      )
      expect([seed, missing]).toEqual([seed, []])
    }
  })

  it('ends with what waited, and with what is late', async () => {
    const test = scene()
    await test.aFunction().say(typed(1))
    await test.aFunction().say(lockOf({ user_id: 'amy' }))
    await test.aFunction().end()
    expect(test.keys()).toEqual([1])
    await test.aFunction().say(typed(2))
    await test.aFunction().end()
    expect(test.keys()).toEqual([1, 2])
    test.pass(LATE_MS)
    await test.aFunction().sweep()
    expect(await test.held()).toEqual([])
  })

  it('ends though nobody says so, and keeps in quarantine what nobody can be known of', async () => {
    const test = scene()
    await test.aFunction().say(typed(1))
    await test.aFunction().say(lockOf({ source: 's' }))
    test.pass(MINUTE)
    await test.aFunction().sweep()
    expect(JSON.parse(test.sent[0]!)).toMatchObject({ status: 'auth', error: expect.any(String) })
    test.pass(10 * MINUTE)
    await test.aFunction().sweep()
    expect([...test.kept.keys()]).toEqual([1, 2])
    expect(test.through()).toEqual([2])
    test.pass(2 * 60 * MINUTE)
    await test.aFunction().sweep()
    test.pass(LATE_MS)
    await test.aFunction().sweep()
    expect(await test.held()).toEqual([])
  })

  it('takes a guest for one when time has passed, by the next frame or by whoever looks after it', async () => {
    for (const wakes of ['say', 'sweep'] as const) {
      const test = scene({ settings: { auth: ['guest'] } })
      await test.aFunction().say(lockOf({ source: 's' }))
      await test.aFunction().say(typed(1))
      expect(test.keys()).toEqual([])
      test.pass(6000)
      await (wakes === 'say' ? test.aFunction().say(typed(2)) : test.aFunction().sweep())
      expect(test.keys()).toEqual(wakes === 'say' ? [1, 2] : [1])
    }
  })

  it('goes on without a source before what waits is more than a document has', async () => {
    const test = scene()
    const large = { event: 'pasted', user_id: 'amy', text: '"'.repeat(60_000) }
    for (let n = 0; n < 40 && test.stored.size === 0; n += 1) await test.aFunction().say(large)
    const held = await test.text()
    expect(test.stored.size + test.kept.size).toBeGreaterThan(15)
    expect(held.length).toBeLessThan(8 * 1024 * 1024)
  })
})
