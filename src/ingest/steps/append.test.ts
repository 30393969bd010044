import { describe, expect, it } from 'bun:test'
import { scriptedStore } from '../../../tests/support/ingest'
import { aRecord } from '../../../tests/support/records'
import { StorageError } from '../../error/storage-error'
import type { AppendOutcome, EventStore } from '../../platform/event-store'
import { askedOnce, createBusyStores } from '../busy-store'
import { appendWith, StoreSpared } from './append'

type Answer = (call: number) => AppendOutcome['kind']

/** A sandbox whose clock goes on by its pauses, and by what a call of the store takes. */
function sandbox(answer: Answer, { callMs = 10, fails = false } = {}) {
  let at = 0
  const { events, calls } = scriptedStore((_, call) => answer(call))
  const store = {
    append: async (...given: Parameters<EventStore['append']>) => {
      at += callMs
      const outcomes = await events.append(...given)
      if (fails) throw new StorageError('no answer', { isRetriable: true })
      return outcomes
    },
  }
  const timing = { now: () => at, random: () => 0.5, wait: async (ms: number) => later(ms) }
  const append = appendWith({ events: store, ...timing, busyFor: createBusyStores(timing) })
  /** @returns how a request ended, and after how long */
  async function send(count = 1, whole = false, tenantId = 'school') {
    const from = at
    const records = Array.from({ length: count }, (_, place) =>
      aRecord({ tenantId, eventId: `e${place}` }),
    )
    const end = await append(records, whole).then(
      () => 'stored' as const,
      (thrown) => (thrown instanceof StoreSpared ? ('spared' as const) : ('busy' as const)),
    )
    return { end, ms: at - from }
  }
  function later(ms: number): void {
    at += ms
  }
  return { send, calls, later }
}

describe('a busy store, where the request can be spilled', () => {
  it('is waited for a tenth of a second, and then spared', async () => {
    const { send, calls } = sandbox(() => 'throttled')
    const first = await send()
    expect(first.end).toBe('busy')
    expect(first.ms).toBeWithin(10, 101)
    const asked = calls.length
    expect(asked).toBeGreaterThan(1)
    for (let times = 0; times < 20; times += 1) {
      expect(await send()).toEqual({ end: 'spared', ms: 0 })
    }
    expect(calls).toHaveLength(asked)
  })

  it('is asked once when it has been spared for long enough, and for longer after each refusal', async () => {
    const { send, calls, later } = sandbox(() => 'throttled')
    await send()
    const probes = []
    const from = calls.length
    for (let ms = 0; ms < 60_000; ms += 10) {
      later(10)
      const { end, ms: took } = await send()
      if (end === 'busy') probes.push(took)
    }
    // Each holds the request for the one call that it makes.
    expect(new Set(probes)).toEqual(new Set([10]))
    expect(calls.length - from).toBe(probes.length)
    expect(probes.length).toBeWithin(12, 20)
  })

  it('has everything again from the first request that it takes', async () => {
    let isBusy = false
    const { send, later } = sandbox((call) => (call <= 3 || isBusy ? 'throttled' : 'stored'))
    await send()
    for (let ms = 0; ms < 500; ms += 10) {
      later(10)
      await send()
    }
    for (let times = 0; times < 20; times += 1) expect((await send()).end).toBe('stored')
    // Whoever meets it busy for the first time waits for it again.
    isBusy = true
    expect(await send()).toMatchObject({ end: 'busy', ms: 45 })
  })

  it('is spared as well when it does not answer, but not by those who only met each other', async () => {
    const silent = sandbox(() => 'stored', { callMs: 6000, fails: true })
    expect(await silent.send()).toEqual({ end: 'busy', ms: 6000 })
    silent.later(20_000)
    expect((await silent.send()).end).toBe('spared')

    const met = sandbox(() => 'throttled')
    expect((await met.send(2, true)).end).toBe('busy')
    expect((await met.send(2, true)).end).toBe('busy')
    expect((await met.send(1, true)).end).toBe('busy')
    expect((await met.send(2, true)).end).toBe('spared')
  })

  it('is no reason not to answer a request that stores nothing', async () => {
    const { send } = sandbox(() => 'throttled')
    await send()
    expect((await send(0)).end).toBe('stored')
    // It says nothing of the store.
    expect((await send(1)).end).toBe('spared')
  })
})

it('records that are throttled now and then each have their own outcome, in their order', async () => {
  const kinds = ['stored', 'duplicate', 'conflict'] as const
  const kindOf = (place: number) => kinds[place % kinds.length]!
  for (let round = 0; round < 50; round += 1) {
    let at = 0
    const refusals = Array.from({ length: 30 }, (_, place) => (place * (round + 7)) % 4)
    const events: Pick<EventStore, 'append'> = {
      append: async (records) =>
        records.map(({ eventId }) => {
          const place = Number(eventId)
          refusals[place]! -= 1
          return { kind: refusals[place]! >= 0 ? 'throttled' : kindOf(place) }
        }),
    }
    const wait = async (ms: number) => (at += ms)
    const append = appendWith({ events, wait, now: () => at, random: () => 0.1 })
    const records = refusals.map((_, place) => aRecord({ eventId: String(place) }))
    const appended = await append(records)
    expect(appended.map(({ kind }) => kind)).toEqual(records.map((_, place) => kindOf(place)))
  }
})

it('who takes spilled requests in again asks once, and is asked for no patience', async () => {
  const { events, calls } = scriptedStore(() => 'throttled')
  const timing = {
    now: () => 0,
    random: () => 0.5,
    wait: () => Promise.reject(new Error('waited')),
  }
  const append = appendWith({ events, ...timing, busyFor: () => askedOnce })
  for (let times = 1; times < 4; times += 1) {
    const error = await append([aRecord()]).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(StorageError)
    expect(error).not.toBeInstanceOf(StoreSpared)
    expect(calls).toHaveLength(times)
  }
})

it('a tenant whose own key is busy makes nobody else wait, or be spilled', async () => {
  let at = 0
  const asked: string[] = []
  const events: Pick<EventStore, 'append'> = {
    async append(records) {
      at += 10
      asked.push(records[0]!.tenantId)
      return records.map(({ tenantId }) =>
        tenantId === 'hot' ? { kind: 'throttled' } : { kind: 'stored' },
      )
    },
  }
  const timing = {
    now: () => at,
    random: () => 0.5,
    wait: async (ms: number) => {
      at += ms
    },
  }
  const append = appendWith({ events, ...timing, busyFor: createBusyStores(timing) })
  for (let times = 0; times < 30; times += 1) {
    await append([aRecord({ tenantId: 'hot' })]).catch(() => {})
    const from = at
    const [outcome] = await append([aRecord({ tenantId: 'school' })])
    expect([outcome!.kind, at - from]).toEqual(['stored', 10])
  }
  // What is hot is spared all the same.
  expect(asked.filter((tenantId) => tenantId === 'hot').length).toBeLessThan(15)
})
