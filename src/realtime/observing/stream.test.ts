import { describe, expect, it } from 'bun:test'
import { AppError } from '../../error/app-error'
import { StorageError } from '../../error/storage-error'
import type { Principal } from '../../identity/principal'
import { createLimiter } from '../../limits/limiter'
import { readRate } from '../../limits/rate'
import type { Perform } from '../../observer/perform'
import { createFrameRoom } from '../../observer/room'
import type { Effect } from '../../observer/state'
import { openStream, type Stream } from './stream'

type Part = { key: string; state: { waiting: unknown[] } }

/** A stream over a store that fails as it is told. */
function aStream({
  fails = () => undefined,
  rate = 'off',
  isCurrent = true,
  room = 1e6,
}: {
  fails?: (effects: readonly Effect[], tries: number) => Error | undefined
  rate?: string
  isCurrent?: boolean
  room?: number
} = {}) {
  const stored: number[] = []
  const said: Record<string, unknown>[] = []
  const parts: Part[] = []
  const closed: number[] = []
  let tries = 0
  let isTaking = true
  let ended = 0
  const perform: Perform = async (_, __, effects) => {
    tries += 1
    await Promise.resolve()
    const failure = fails(effects, tries)
    if (failure) throw failure
    const frames = effects.flatMap((effect) => ('n' in effect ? [effect.n] : []))
    stored.push(...frames)
    return { answers: effects.flatMap((one) => (one.kind === 'answer' ? [one.text] : [])), frames }
  }
  const line = {
    send(text: string) {
      said.push(JSON.parse(text))
      return isTaking
    },
    close: (code: number) => void closed.push(code),
  }
  const documents = {
    async put(_: string, key: readonly string[], { bytes }: { bytes: Uint8Array }) {
      parts.push({ key: key.join('/'), ...JSON.parse(Buffer.from(bytes).toString()) })
      return { kind: 'stored', etag: '' }
    },
    async deletePrefix() {
      parts.length = 0
      return { removed: 0 }
    },
  }
  const clock = { now: () => new Date(), monotonic: () => performance.now() }
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const principal = { tenantId: 't', sourceId: 's', keyId: 'k', scopes: ['events:write'] }
  const needs = {
    ...{ perform, documents: documents as never, clock, log, againMs: 5 },
    findSource: async () => undefined,
    identity: { isCurrent: async () => isCurrent },
    limiter: createLimiter({ rates: { publish: readRate(rate) }, clock }),
    flow: createFrameRoom(room),
    waiting: createFrameRoom(room),
  }
  const connection = { protocol: 'observer', principal: principal as unknown as Principal }
  const stream: Stream = openStream(needs, { connection, line, connectionId: 'c' }, () => {
    ended += 1
  })
  const send = (...frames: object[]) => {
    for (const one of frames) stream.received(JSON.stringify(one))
  }
  return {
    ...{ stream, send, stored, said, parts, closed, needs },
    ended: () => ended,
    take(is: boolean) {
      isTaking = is
    },
  }
}

const known = { event: 'lock_fields', fields: { source: 'org.x', user_id: 'amy' } }
const typed = (n: number) => ({ event: 'typed', n })
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

describe('a stream', () => {
  it('stores a backlog in order, and tells how far', async () => {
    const test = aStream()
    test.send(known, ...numbers(2, 3000).map(typed))
    await test.stream.settle()
    expect(test.stored).toEqual(numbers(0, 3000))
    expect(test.said.at(-1)).toEqual({ status: 'stored', through: 3000 })
    expect(test.ended()).toBe(1)
    // What comes after its end is not heard.
    test.send(typed(1))
    expect([test.needs.flow.take('t', 500_000), test.stored.length]).toEqual([true, 3001])
  })

  it('waits for a store that fails, and loses nothing', async () => {
    const fails = (_: readonly Effect[], tries: number) =>
      tries < 4 ? new StorageError('down', { isRetriable: true }) : undefined
    const test = aStream({ fails })
    test.send(known, ...numbers(2, 20).map(typed))
    await test.stream.settle()
    expect(test.stored).toEqual(numbers(0, 20))
  })

  it('finds the one frame that cannot be stored, and tells of it before any receipt beyond it', async () => {
    const isBad = (one: Effect) => 'n' in one && one.n === 7
    const fails = (effects: readonly Effect[]) =>
      effects.some(isBad) ? new AppError('too_large', 'Too large.') : undefined
    const test = aStream({ fails })
    test.send(known, ...numbers(2, 20).map(typed))
    await test.stream.settle()
    expect(test.stored).toEqual([...numbers(0, 6), ...numbers(8, 20)])
    const place = test.said.findIndex(({ status }) => status === 'error')
    expect(test.said[place]).toMatchObject({ code: 'too_large', frame: 7, kept: false })
    const early = test.said.slice(0, place).map(({ through }) => Number(through ?? 0))
    expect(Math.max(...early)).toBeLessThan(7)
  })

  it('goes on after what nobody expected', async () => {
    const test = aStream({
      fails: (_, tries) => (tries === 1 ? new TypeError('a fault') : undefined),
    })
    test.send(known, typed(2), typed(3))
    await test.stream.settle()
    // The request that failed was tried again in parts.
    expect(test.stored).toEqual(numbers(0, 3))
  })

  it('holds up frames beyond the rate of its key, and stores them', async () => {
    const test = aStream({ rate: '3/second' })
    test.send(known, ...numbers(2, 6).map(typed))
    await Bun.sleep(100)
    expect(test.stored).toEqual(numbers(0, 3))
    await test.stream.settle()
    expect(test.stored).toEqual(numbers(0, 6))
  })

  it('says which frames it has no room for', async () => {
    const test = aStream({ room: 2000 })
    test.send(known, ...numbers(2, 100).map(typed))
    await test.stream.settle()
    const lost = test.said.filter(({ code }) => code === 'busy')
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.length + test.stored.length).toBe(101)
    expect(test.said.at(-1)).toEqual({ status: 'stored', through: 100 })
    expect(test.needs.flow.take('t', 1000)).toBe(true)
  })

  it('puts in quarantine what waits beyond the room of all that wait', async () => {
    const test = aStream({ room: 2000 })
    for (let n = 0; n < 100; n += 1) {
      test.send(typed(n))
      await Promise.resolve()
      if (n % 10 === 9) await Bun.sleep(1)
    }
    await Bun.sleep(20)
    expect(test.said.map(({ code }) => code)).toContain('too_many_waiting')
    await test.stream.settle()
    expect(test.stored.toSorted((a, b) => a - b)).toEqual(numbers(1, 100))
    expect(test.needs.waiting.take('t', 1000)).toBe(true)
  })

  it('writes down what waits, each frame once, and forgets it when it is stored', async () => {
    const test = aStream()
    test.send(typed(1), typed(2))
    await Bun.sleep(150)
    test.send(typed(3))
    await Bun.sleep(350)
    expect(test.parts.map(({ key, state }) => [key, state.waiting.length])).toEqual([
      ['observer/waiting/c/000000', 2],
      ['observer/waiting/c/000001', 1],
    ])
    test.send(known)
    await Bun.sleep(20)
    expect([test.stored, test.parts]).toEqual([numbers(0, 4), []])
    await test.stream.settle()
  })

  it('is closed when its key is revoked, and what came before is stored', async () => {
    const test = aStream({ isCurrent: false })
    test.send(known, typed(2))
    await test.stream.look()
    expect(test.closed).toEqual([4401])
    test.send(typed(3))
    test.stream.closed()
    await test.stream.settle()
    expect(test.stored).toEqual([0, 1, 2])
  })

  it('does not listen to who reads nothing, until the end', async () => {
    const test = aStream()
    test.take(false)
    test.send(known, typed(2))
    await Bun.sleep(80)
    test.send(typed(3))
    await Bun.sleep(80)
    expect(test.stored).toEqual([0, 1, 2])
    test.take(true)
    test.stream.drained()
    await Bun.sleep(20)
    expect(test.stored).toEqual([0, 1, 2, 3])
    await test.stream.settle()
  })
})
