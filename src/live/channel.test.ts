import { describe, expect, it } from 'bun:test'
import { aRecord } from '../../tests/support/records'
import { createConditionIndex } from '../event/conditions'
import type { LiveFeed, StoredRecord } from '../platform/live-feed'
import { silentLog } from '../telemetry/log'
import { type Listener, openChannel } from './channel'
import { createShares } from './shares'
import { positionOf } from './window'

const TENANT = 'default'

/** A record whose id and position are its name. */
function stored(name: string): StoredRecord {
  return { record: aRecord({ eventId: name, tenantId: TENANT }), position: () => name }
}

/** More than may wait: the channel drops it all, and what was under way. */
const flood = (last: string): StoredRecord[] => Array.from({ length: 16_385 }, () => stored(last))

/** Lets the slice of whoever works be over, so that it waits for the next turn. */
function takesLong() {
  for (const end = performance.now() + 6; performance.now() < end; );
}

async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
}

/** A channel with listeners that write down what they are told. */
async function aChannel({
  listeners = 1,
  before = async () => undefined as string | undefined,
} = {}) {
  const index = createConditionIndex<Listener>()
  let tell: (stored: readonly StoredRecord[]) => void = () => {}
  const never = () => Promise.reject(new Error('nothing is to be read'))
  const feed: LiveFeed = {
    ...{ end: never, read: never, order: () => 0 },
    async follow(_tenantId, listener) {
      tell = listener
      return { from: 'begin', async [Symbol.asyncDispose]() {} }
    },
  }
  const needs = { feed, index, memory: createShares(1e9), log: silentLog, hidden: { before } }
  const channel = await openChannel(needs, TENANT)
  const told: string[][] = []
  /** What is to happen when a listener is offered a record, once. */
  const acts = new Map<string, () => void>()
  for (let at = 0; at < listeners; at += 1) {
    const own: string[] = []
    told.push(own)
    const listener: Listener = {
      offer({ stored: { record } }) {
        own.push(record.eventId)
        const name = `${record.eventId} to ${at}`
        const act = acts.get(name)
        acts.delete(name)
        act?.()
      },
      readAgain: () => void own.push('read again'),
    }
    index.set(listener, TENANT, undefined)
    channel.listeners.add(listener)
  }
  channel.window.open('begin')
  const windowNames = () => channel.window.records().map(({ stored }) => stored.position())
  return {
    ...{ channel, told, windowNames },
    tell: (...names: string[]) => tell(names.map(stored)),
    tellFlood: (last: string) => tell(flood(last)),
    on: (name: string, act: () => void) => void acts.set(name, act),
  }
}

/** Does something in the turn after this one, before whoever waits for that turn goes on. */
function meanwhile(act: () => void) {
  setImmediate(act)
  takesLong()
}

describe('a channel', () => {
  it('offers what is stored to all, in order, and knows how far it is', async () => {
    const { channel, told, tell, windowNames } = await aChannel({ listeners: 3 })
    tell('a', 'b')
    tell('c')
    await settled()
    expect(told).toEqual(Array.from({ length: 3 }, () => ['a', 'b', 'c']))
    expect([positionOf(channel.head()), windowNames()]).toEqual(['c', ['a', 'b', 'c']])
    expect(channel.offeringTo([...channel.listeners][0]!)).toBeUndefined()
  })

  it('offers nothing of what it has passed over between two records', async () => {
    const { channel, told, tell, tellFlood, on, windowNames } = await aChannel()
    on('a to 0', () => meanwhile(() => tellFlood('last')))
    tell('a', 'b', 'c')
    await settled()
    expect(told).toEqual([['a', 'read again']])
    expect([positionOf(channel.head()), windowNames()]).toEqual(['last', []])
    tell('next')
    await settled()
    expect(told).toEqual([['a', 'read again', 'next']])
    expect(windowNames()).toEqual(['next'])
  })

  it('loses nothing that came after what it passed over, and offers it once', async () => {
    for (const batch of [['a', 'b'], ['a', 'b', 'c'], ['a']]) {
      const { told, tell, tellFlood, on } = await aChannel()
      const act = () => {
        tellFlood('last')
        tell('next', 'after it')
      }
      on('a to 0', batch.length === 1 ? act : () => meanwhile(act))
      tell(...batch)
      await settled()
      expect(told).toEqual([['a', 'read again', 'next', 'after it']])
    }
  })

  it('offers once what came while it asked what is hidden', async () => {
    let answer = Promise.resolve()
    const { told, tell, tellFlood } = await aChannel({ before: () => answer.then(() => undefined) })
    const asked = Promise.withResolvers<void>()
    answer = asked.promise
    tell('a')
    tellFlood('last')
    tell('next')
    asked.resolve()
    await settled()
    expect(told).toEqual([['read again', 'next']])
  })

  it('offers a record to no more listeners once it was passed over', async () => {
    const { channel, told, tell, tellFlood, on } = await aChannel({ listeners: 200 })
    on('a to 10', () => meanwhile(() => tellFlood('last')))
    tell('a')
    await settled()
    const without = told.filter((own) => own[0] === 'read again')
    // It looks at the clock after some dozens of them.
    expect(without.length).toBeGreaterThan(100)
    for (const own of told) expect(own.filter((one) => one !== 'a')).toEqual(['read again'])
    for (const own of told) expect(own.at(-1)).toBe('read again')
    expect(channel.offeringTo([...channel.listeners][0]!)).toBeUndefined()
  })

  it('offers nothing once it has ended, whatever it waits for', async () => {
    for (const listeners of [1, 200]) {
      const { channel, told, tell, on } = await aChannel({ listeners })
      on('a to 0', () => meanwhile(() => void channel[Symbol.asyncDispose]()))
      tell('a', 'b')
      tell('c')
      await settled()
      expect(told.flat()).not.toContain('b')
      expect(told.flat()).not.toContain('c')
      expect(told.flat().filter((one) => one === 'a').length).toBeLessThan(100)
    }
  })
})
