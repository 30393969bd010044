import { describe, expect, it } from 'bun:test'
import { AppError } from '../../src/error/app-error'
import { StorageError } from '../../src/error/storage-error'
import { createHub, type HubNeeds } from '../../src/live/hub'
import type { Live, Sink, Subscription } from '../../src/live/live'
import type { LivePage } from '../../src/platform/live-feed'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { openFeed } from '../support/local-feed'
import { aPrincipal } from '../support/principal'
import { aRecord } from '../support/records'

function open(more: Partial<HubNeeds> = {}, wrap?: (live: HubNeeds['feed']) => HubNeeds['feed']) {
  const folder = temporaryFolder()
  const store = openFeed(folder.path)
  const feed = wrap?.(store.live) ?? store.live
  const hub = createHub({
    ...{ feed, log: silentLog, maxSubscribers: 100 },
    hidden: { before: async () => undefined },
    isCurrent: async () => true,
    ...more,
  })
  return {
    hub,
    feed: store.live,
    append: (...ids: string[]) => store.events.append(ids.map((eventId) => aRecord({ eventId }))),
    events: store.events,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** A sink that takes so many records before it has to be told to go on. */
function aSink({ room = Number.POSITIVE_INFINITY, asksLost = false } = {}) {
  const seen: string[] = []
  const positions: string[] = []
  const words: string[] = []
  const sink: Sink & { room: number } = {
    room,
    take({ record, position }) {
      seen.push(record.eventId)
      positions.push(position())
      sink.room -= 1
      return sink.room > 0
    },
    ...(asksLost && {
      lost(count: number, after: string) {
        seen.push(`lost ${count}`)
        positions.push(after)
      },
    }),
    resync: (reason) => void words.push(reason),
    end: (reason) => void words.push(reason),
  }
  return { sink, seen, positions, words }
}

async function soon(isTrue: () => boolean) {
  const until = performance.now() + 15_000
  while (!isTrue() && performance.now() < until) await new Promise(setImmediate)
  expect(isTrue()).toBe(true)
}

/** Enough turns for whatever is under way to have been given. */
async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
}

const subscription = (sink: Sink, more: Partial<Subscription> = {}): Subscription => ({
  principal: aPrincipal(),
  sink,
  ...more,
})

const codeOf = (live: Live, given: Subscription) =>
  live.subscribe(given).then(
    () => 'taken',
    (error) => (error instanceof AppError ? error.code : String(error)),
  )

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => `event-${from + at}`)

describe('a live subscription', () => {
  it('is given what is stored from then on, and nothing before it knows that it subscribed', async () => {
    await using at = open()
    await at.append('before')
    const { sink, seen } = aSink()
    const subscribing = at.hub.subscribe(subscription(sink))
    const subscriber = await subscribing
    expect(seen).toEqual([])
    expect(subscriber.id).toMatch(/^sub_[0-9a-f]{12}$/)
    await at.append('one', 'two')
    await soon(() => seen.length === 2)
    expect(seen).toEqual(['one', 'two'])
    expect(at.hub.state()).toEqual({ subscribers: 1, queued: 0 })
  })

  it('tells nothing in the turn in which it is made, so that its maker can say so first', async () => {
    let pages: LivePage[] = []
    // A feed that has its pages at hand answers within the turn.
    await using at = open({}, (live) => ({
      ...live,
      read: async (...asked) => pages.shift() ?? live.read(...asked),
    }))
    const after = await at.feed.end('default')
    await at.append('one')
    const page = await at.feed.read('default', { after, limit: 10, maxBytes: 1000 })
    pages = [{ items: [], next: after, isAll: false, resync: 'gone' }, page]
    const said: string[] = []
    const sink: Sink = {
      ...aSink().sink,
      take: ({ record }) => said.push(record.eventId) > 0,
      resync: (reason) => void said.push(reason),
    }
    /** Hands on a promise, as layers of a program do. */
    async function layered(depth: number): Promise<unknown> {
      return depth === 0
        ? await at.hub.subscribe(subscription(sink, { after }))
        : layered(depth - 1)
    }
    await layered(100)
    said.push('subscribed')
    await soon(() => said.length === 3)
    expect(said).toEqual(['subscribed', 'gone', 'one'])
  })

  it('goes on after a position, and each record has one to go on after', async () => {
    await using at = open()
    const first = aSink()
    const { from } = await at.hub.subscribe(subscription(first.sink))
    const ids = numbered(300)
    await at.append(...ids)
    await soon(() => first.seen.length === 300)
    for (const place of [0, 1, 150, 299]) {
      const { sink, seen } = aSink()
      await at.hub.subscribe(subscription(sink, { after: first.positions[place] }))
      await soon(() => seen.length === 299 - place)
      expect(seen).toEqual(ids.slice(place + 1))
    }
    const again = aSink()
    await at.hub.subscribe(subscription(again.sink, { after: from }))
    await soon(() => again.seen.length === 300)
    expect(again.seen).toEqual(ids)
  })

  it('meets what is stored while it reads, without a gap and without a repeat', async () => {
    await using at = open()
    const after = await at.feed.end('default')
    const ids = numbered(3000)
    await at.append(...ids.slice(0, 1000))
    const readers = Array.from({ length: 5 }, () => aSink())
    for (const [place, { sink }] of readers.entries()) {
      void at.hub.subscribe(subscription(sink, { after }))
      for (let one = 1000 + place * 400; one < 1400 + place * 400; one += 40) {
        await at.append(...ids.slice(one, one + 40))
      }
    }
    await soon(() => readers.every(({ seen }) => seen.length >= 3000))
    await settled()
    for (const { seen } of readers) expect(seen).toEqual(ids)
  }, 20_000)

  it('goes on from what was told while its page was under way, or reads that, too', async () => {
    let gate: (() => void) | undefined
    await using at = open({}, (live) => ({
      ...live,
      async read(...request) {
        const page = await live.read(...request)
        await new Promise<void>((resolve) => {
          gate = resolve
        })
        return page
      },
    }))
    const after = await at.feed.end('default')
    const quick = aSink()
    await at.hub.subscribe(subscription(quick.sink))
    // The window holds some thousand records; of more than that the oldest have to be read.
    for (const count of [1, 50, 4096, 4200]) {
      const { sink, seen } = aSink()
      const ids = numbered(count + 1)
      const from = quick.positions.at(-1) ?? after
      const told = quick.seen.length
      using _ = await at.hub.subscribe(subscription(sink, { after: from }))
      const unique = ids.map((id) => `${count} ${id}`)
      await soon(() => gate !== undefined)
      await at.append(...unique)
      await soon(() => quick.seen.length === told + unique.length)
      let pages = 0
      while (seen.length < unique.length && pages < 30) {
        const open = gate
        gate = undefined
        open?.()
        pages += 1
        await settled()
        await settled()
      }
      expect(seen).toEqual(unique)
      expect(pages > 1).toBe(count > 4095)
      gate = undefined
    }
  })

  it('is offered nothing twice where thousands are offered it one after the other', async () => {
    await using at = open({ maxSubscribers: 1000 })
    const wait = (ms: number) => {
      for (const end = performance.now() + ms; performance.now() < end; );
    }
    const busy = Array.from({ length: 130 }, () => aSink())
    for (const { sink } of busy) {
      const slowly: Sink = {
        ...sink,
        take(one) {
          wait(0.1)
          return sink.take(one)
        },
      }
      await at.hub.subscribe(subscription(slowly))
    }
    const after = await at.feed.end('default')
    const late: ReturnType<typeof aSink>[] = []
    for (let turn = 0; turn < 8; turn += 1) {
      await at.append(`one ${turn}`, `two ${turn}`)
      for (let more = 0; more < 5; more += 1) {
        const one = aSink()
        late.push(one)
        void at.hub.subscribe(subscription(one.sink, { after }))
        await new Promise(setImmediate)
      }
    }
    const all = [...busy, ...late]
    await soon(() => all.every(({ seen }) => seen.length >= 16))
    await settled()
    const ids = Array.from({ length: 8 }, (_, turn) => [`one ${turn}`, `two ${turn}`]).flat()
    for (const { seen } of all) expect(seen).toEqual(ids)
  })

  it('has its own condition, which may change', async () => {
    await using at = open()
    const { sink, seen } = aSink()
    const condition = { path: 'type', equals: 'A' } as const
    const subscriber = await at.hub.subscribe(subscription(sink, { condition }))
    const store = async (eventId: string, type: string) => {
      await at.events.append([aRecord({ eventId, type })])
      await settled()
    }
    await store('a1', 'A')
    await store('b1', 'B')
    await soon(() => seen.length === 1)
    subscriber.update({ path: 'type', equals: 'B' })
    await store('a2', 'A')
    await store('b2', 'B')
    await soon(() => seen.length === 2)
    subscriber.update(undefined)
    await store('a3', 'A')
    await at.events.append([aRecord({ eventId: 'described', kind: 'entity', type: 'Person' })])
    await store('b3', 'B')
    await soon(() => seen.length === 4)
    expect(seen).toEqual(['a1', 'b2', 'a3', 'b3'])
  })

  it('is not given what waits for it and does not fit its new condition', async () => {
    await using at = open()
    const { sink, seen } = aSink({ room: 1 })
    const subscriber = await at.hub.subscribe(subscription(sink))
    const types = ['A', 'A', 'B', 'A', 'B']
    await at.events.append(
      types.map((type, place) => aRecord({ eventId: `${type}${place}`, type })),
    )
    await soon(() => at.hub.state().queued === 4)
    subscriber.update({ path: 'type', equals: 'B' })
    expect(at.hub.state().queued).toBe(2)
    sink.room = 10
    subscriber.ready()
    await soon(() => seen.length === 3)
    expect(seen).toEqual(['A0', 'B2', 'B4'])
  })

  it('has nothing of other tenants', async () => {
    await using at = open()
    const { sink, seen } = aSink()
    const principal = aPrincipal({ tenantId: 'other' })
    await at.hub.subscribe(subscription(sink, { principal }))
    await at.append('one')
    await at.events.append([aRecord({ eventId: 'theirs', tenantId: 'other' })])
    await soon(() => seen.length > 0)
    expect(seen).toEqual(['theirs'])
  })

  it('refuses a position that is not of its tenant, and keeps no place for it', async () => {
    await using at = open({ maxSubscribers: 2 })
    const { sink } = aSink()
    for (const after of ['', 'x', 'MTI.kXv3', await at.feed.end('other')]) {
      expect(await codeOf(at.hub, subscription(sink, { after }))).toBe('invalid_cursor')
    }
    expect(await codeOf(at.hub, subscription(sink))).toBe('taken')
    expect(at.hub.state().subscribers).toBe(1)
  })

  it('ends without a word when it is left, and leaves nothing behind', async () => {
    await using at = open()
    const { sink, seen, words } = aSink({ room: 1 })
    const subscriber = await at.hub.subscribe(subscription(sink))
    await at.append('one', 'two', 'three')
    await soon(() => at.hub.state().queued === 2)
    subscriber[Symbol.dispose]()
    subscriber[Symbol.dispose]()
    expect(at.hub.state()).toEqual({ subscribers: 0, queued: 0 })
    sink.room = 10
    subscriber.ready()
    subscriber.update(undefined)
    await at.append('four')
    await settled()
    expect([seen, words]).toEqual([['one'], []])
  })
})

describe('a slow subscriber', () => {
  it('is told how many it lost, and reads them after the position that it is told', async () => {
    await using at = open()
    const { sink, seen, positions } = aSink({ room: 1, asksLost: true })
    const subscriber = await at.hub.subscribe(subscription(sink))
    const ids = numbered(1500)
    await at.append(...ids)
    await soon(() => at.hub.state().queued === 1000)
    await settled()
    sink.room = Number.POSITIVE_INFINITY
    subscriber.ready()
    await soon(() => seen.length === 1002)
    expect(seen).toEqual([...ids.slice(0, 1001), 'lost 499'])
    const again = aSink()
    await at.hub.subscribe(subscription(again.sink, { after: positions.at(-1) }))
    await soon(() => again.seen.length === 499)
    expect(again.seen).toEqual(ids.slice(1001))
    await at.append('later')
    await soon(() => seen.length === 1003)
    expect(seen.at(-1)).toBe('later')
  })

  it('misses nothing where it cannot be told, since it is read again', async () => {
    await using at = open()
    const { sink, seen } = aSink({ room: 1 })
    const subscriber = await at.hub.subscribe(subscription(sink))
    const ids = numbered(2500)
    await at.append(...ids)
    await settled()
    for (let turn = 0; seen.length < 2500 && turn < 5000; turn += 1) {
      sink.room = 7
      subscriber.ready()
      await settled()
      expect(at.hub.state().queued).toBeLessThanOrEqual(1000)
    }
    expect(seen).toEqual(ids)
  })

  it('holds up no other, and takes no more memory than half of all', async () => {
    await using at = open({ queueBytes: 100_000 })
    const slow = Array.from({ length: 20 }, () => aSink({ room: 1, asksLost: true }))
    for (const { sink } of slow) await at.hub.subscribe(subscription(sink))
    const theirs = aSink({ room: 1, asksLost: true })
    const principal = aPrincipal({ tenantId: 'other' })
    const other = await at.hub.subscribe(subscription(theirs.sink, { principal }))
    const quick = aSink()
    await at.hub.subscribe(subscription(quick.sink))
    await at.append(...numbered(200))
    await soon(() => quick.seen.length === 200)
    // One record takes some 2,200 bytes, however many wait for it: half of all has room for 22.
    expect(at.hub.state().queued).toBeGreaterThan(20 * 18)
    expect(at.hub.state().queued).toBeLessThan(20 * 25)
    await at.events.append(numbered(10).map((eventId) => aRecord({ eventId, tenantId: 'other' })))
    await settled()
    theirs.sink.room = 20
    other.ready()
    await soon(() => theirs.seen.length === 10)
    expect(theirs.seen).toEqual(numbered(10))
  })

  it('reads again what came faster than it could be offered', async () => {
    let opened = Promise.resolve()
    await using at = open({ hidden: { before: () => opened.then(() => undefined) } })
    const readers = [aSink(), aSink({ asksLost: true })]
    for (const { sink } of readers) await at.hub.subscribe(subscription(sink))
    await at.append('first')
    await soon(() => readers.every(({ seen }) => seen.length === 1))
    let letOn = () => {}
    opened = new Promise((resolve) => {
      letOn = resolve
    })
    const ids = numbered(18_000)
    for (let from = 0; from < ids.length; from += 2000)
      await at.append(...ids.slice(from, from + 2000))
    await settled()
    letOn()
    await soon(() => readers.every(({ seen }) => seen.length > ids.length))
    for (const { seen } of readers) expect(seen).toEqual(['first', ...ids])
  }, 30_000)

  it('costs nothing where it never reads', async () => {
    await using at = open()
    const after = await at.feed.end('default')
    await at.append(...numbered(2000))
    const never = Array.from({ length: 10 }, () => aSink({ room: 1 }))
    for (const { sink } of never) await at.hub.subscribe(subscription(sink, { after }))
    await settled()
    await at.append(...numbered(2000, 2000))
    await settled()
    expect(at.hub.state().queued).toBe(0)
    for (const { seen } of never) expect(seen).toEqual(['event-0'])
  })
})

describe('the hub', () => {
  it('bounds what the conditions of a tenant cost every event', async () => {
    await using at = open({ maxCost: 22 })
    const wanting = (more: Partial<Subscription>) => subscription(aSink().sink, more)
    const not = (value: string) => ({ not: { path: 'payload.x', equals: value } })
    const first = await at.hub.subscribe(wanting({ condition: not('a') }))
    const second = await at.hub.subscribe(wanting({ condition: not('b') }))
    expect(await codeOf(at.hub, wanting({ condition: not('c') }))).toBe('busy')
    // What others want already costs nothing more.
    expect(await codeOf(at.hub, wanting({ condition: not('b') }))).toBe('taken')
    await expect(at.hub.subscribe(wanting({ condition: not('c') }))).rejects.toThrow(
      /would cost 33, of 22 at most/,
    )
    expect(() => second.update(not('c'))).toThrow(AppError)
    const other = aPrincipal({ tenantId: 'other' })
    expect(await codeOf(at.hub, wanting({ principal: other, condition: not('c') }))).toBe('taken')
    first[Symbol.dispose]()
    await settled()
    second.update(not('c'))
    expect(await codeOf(at.hub, wanting({}))).toBe('busy')
  })

  it('has half of its places for a tenant at most', async () => {
    await using at = open({ maxSubscribers: 4 })
    const from = (tenantId: string) =>
      subscription(aSink().sink, { principal: aPrincipal({ tenantId }) })
    const one = await at.hub.subscribe(from('a'))
    expect(await codeOf(at.hub, from('a'))).toBe('taken')
    expect(await codeOf(at.hub, from('a'))).toBe('busy')
    expect(await codeOf(at.hub, from('b'))).toBe('taken')
    expect(await codeOf(at.hub, from('c'))).toBe('taken')
    expect(await codeOf(at.hub, from('d'))).toBe('busy')
    one[Symbol.dispose]()
    expect(await codeOf(at.hub, from('a'))).toBe('taken')
  })

  it('ends whom the registry knows no more, and asks once for each key', async () => {
    let asked: (string | undefined)[] = []
    const revoked = new Set<string | undefined>()
    await using at = open({
      recheckMs: 10,
      isCurrent: async ({ hash }) => {
        asked.push(hash)
        if (hash === 'unsure') throw new Error('the registry is away')
        return !revoked.has(hash)
      },
    })
    const sinks = ['good', 'bad', 'bad', 'unsure'].map((hash) => ({ hash, ...aSink() }))
    for (const { hash, sink } of sinks) {
      await at.hub.subscribe(subscription(sink, { principal: aPrincipal({ hash }) }))
    }
    await soon(() => asked.length > 3)
    asked = []
    await soon(() => asked.length >= 6)
    expect(asked.slice(0, 6).sort()).toEqual(['bad', 'bad', 'good', 'good', 'unsure', 'unsure'])
    revoked.add('bad')
    await soon(() => at.hub.state().subscribers === 2)
    await at.append('secret')
    await soon(() => sinks[0]!.seen.length === 1)
    expect(sinks.map(({ words }) => words)).toEqual([[], ['revoked'], ['revoked'], []])
    expect(sinks.map(({ seen }) => seen.length)).toEqual([1, 0, 0, 1])
    const back = aSink()
    await at.hub.subscribe(subscription(back.sink, { principal: aPrincipal({ hash: 'bad' }) }))
    await at.append('secret, too')
    await soon(() => back.words.length === 1)
    expect([back.words, back.seen]).toEqual([['revoked'], []])
  })

  it('gives nothing that is hidden, be it read, new, or waiting already', async () => {
    let before: string | undefined
    await using at = open({ hidden: { before: async () => before } })
    const after = await at.feed.end('default')
    const on = (day: number) => ({
      receivedAt: `2026-11-${day}T00:00:00.000Z`,
      expiresAt: '2036-11-15T12:00:00.000Z',
    })
    const slow = aSink({ room: 1 })
    const subscriber = await at.hub.subscribe(subscription(slow.sink))
    const stored = [10, 11, 12, 13].map((day) => aRecord({ eventId: `day ${day}`, ...on(day) }))
    await at.events.append(stored)
    await soon(() => at.hub.state().queued === 3)
    before = '2026-11-12T12:00:00.000Z'
    slow.sink.room = 10
    subscriber.ready()
    const reading = aSink()
    await at.hub.subscribe(subscription(reading.sink, { after }))
    await at.events.append([11, 14].map((day) => aRecord({ eventId: `new ${day}`, ...on(day) })))
    await soon(() => slow.seen.length === 3 && reading.seen.length === 2)
    await settled()
    expect(slow.seen).toEqual(['day 10', 'day 13', 'new 14'])
    expect(reading.seen).toEqual(['day 13', 'new 14'])
  })

  it('tells who cannot go on where it was, and goes on', async () => {
    await using elsewhere = open()
    await elsewhere.append('one', 'two')
    const after = await elsewhere.feed.end('default')
    await using at = open()
    const { sink, seen, words } = aSink()
    await at.hub.subscribe(subscription(sink, { after }))
    await soon(() => words.length === 1)
    await at.append('here')
    await soon(() => seen.length === 1)
    expect([words, seen]).toEqual([['ahead'], ['here']])
  })

  it('tells everybody when it stops, and takes nobody any more', async () => {
    await using at = open()
    const sinks = [aSink(), aSink({ room: 1 })]
    for (const { sink } of sinks) await at.hub.subscribe(subscription(sink))
    await at.append('one', 'two')
    await settled()
    await at.hub[Symbol.asyncDispose]()
    expect(sinks.map(({ words }) => words)).toEqual([['stopping'], ['stopping']])
    expect(at.hub.state()).toEqual({ subscribers: 0, queued: 0 })
    expect(await codeOf(at.hub, subscription(aSink().sink))).toBe('busy')
    await at.append('three')
    await settled()
    expect(sinks[0]!.seen).toEqual(['one', 'two'])
  })

  it('suffers a sink that throws, which ends alone', async () => {
    await using at = open()
    const bad = aSink()
    await at.hub.subscribe(
      subscription({
        ...bad.sink,
        take() {
          throw new Error('closed')
        },
      }),
    )
    const { sink, seen } = aSink()
    await at.hub.subscribe(subscription(sink))
    await at.append('one', 'two')
    await soon(() => seen.length === 2)
    expect(at.hub.state().subscribers).toBe(1)
  })

  it('reads again when the feed fails for a while, and gives up at an answer', async () => {
    let failures = 3
    let answer: AppError | undefined
    await using at = open({}, (live) => ({
      ...live,
      async read(...request) {
        if (answer !== undefined) throw answer
        failures -= 1
        if (failures >= 0) throw new StorageError('the disk is away', { isRetriable: true })
        return live.read(...request)
      },
    }))
    const after = await at.feed.end('default')
    await at.append('one')
    const { sink, seen } = aSink()
    await at.hub.subscribe(subscription(sink, { after }))
    await soon(() => seen.length === 1)
    answer = new AppError('invalid_cursor', 'not this one')
    const failing = aSink()
    await at.hub.subscribe(subscription(failing.sink, { after }))
    await soon(() => failing.words.length === 1)
    expect(failing.words).toEqual(['failed'])
    expect(at.hub.state().subscribers).toBe(1)
  })

  it('misses nothing where it cannot be known for a while what is hidden', async () => {
    let isAway = false
    const before = async () => {
      if (isAway) throw new StorageError('the registry is away', { isRetriable: true })
      return undefined
    }
    await using at = open({ hidden: { before } })
    const { sink, seen } = aSink()
    const slow = aSink({ room: 1 })
    await at.hub.subscribe(subscription(sink))
    const subscriber = await at.hub.subscribe(subscription(slow.sink))
    await at.append('one', 'two')
    await soon(() => seen.length === 2)
    isAway = true
    await at.append('three', 'four')
    slow.sink.room = 100
    subscriber.ready()
    await settled()
    expect([seen.length, slow.seen.length]).toEqual([2, 1])
    isAway = false
    await at.append('five')
    await soon(() => seen.length === 5 && slow.seen.length === 5)
    expect(seen).toEqual(['one', 'two', 'three', 'four', 'five'])
    expect(slow.seen).toEqual(seen)
  })

  it('has as many follow it again as leave, a thousand times', async () => {
    await using at = open({ maxSubscribers: 4 })
    for (let turn = 0; turn < 1000; turn += 1) {
      using _ = await at.hub.subscribe(subscription(aSink().sink))
    }
    const { sink, seen } = aSink()
    await at.hub.subscribe(subscription(sink))
    await at.append('one')
    await soon(() => seen.length === 1)
    expect(at.hub.state()).toEqual({ subscribers: 1, queued: 0 })
  })
})
