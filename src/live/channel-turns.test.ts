import { describe, expect, it } from 'bun:test'
import { aRecord } from '../../tests/support/records'
import { createConditionIndex } from '../event/conditions'
import type { LiveFeed, StoredRecord } from '../platform/live-feed'
import { silentLog } from '../telemetry/log'
import { type Channel, type Listener, openChannel } from './channel'
import { createShares } from './shares'

/** A channel whose index takes longer than a slice, and calls `meanwhile` then. */
async function aChannel(meanwhile: (channel: Channel, how: 'begun' | 'ended') => void) {
  const given: { store?: (stored: StoredRecord[]) => void } = {}
  const never = () => Promise.reject(new Error('nothing is to be read'))
  const feed: LiveFeed = {
    ...{ order: () => 0, end: never, read: never },
    async follow(_tenantId, store) {
      given.store = store
      return { from: '0', async [Symbol.asyncDispose]() {} }
    },
  }
  const index = createConditionIndex<Listener>()
  const slow: typeof index = {
    ...index,
    *matching() {
      Bun.sleepSync(10)
      meanwhile(channel, 'begun')
      yield
      meanwhile(channel, 'ended')
      return []
    },
  }
  const hidden = { before: async () => undefined }
  const needs = { feed, hidden, index: slow, memory: createShares(1_000_000), log: silentLog }
  const channel = await openChannel(needs, 'north')
  const store = () => given.store!([{ record: aRecord(), position: () => '1' }])
  return { channel, store }
}

describe('a channel whose index takes long', () => {
  it('lets others have their turn while it finds who wants a record', async () => {
    let state = 'waiting'
    const { store } = await aChannel((_channel, how) => {
      state = how
    })
    store()
    const turns: string[] = []
    for (let turn = 0; turn < 5; turn += 1) {
      await new Promise(setImmediate)
      turns.push(state)
    }
    expect([...new Set(turns)]).toEqual(['begun', 'ended'])
  })

  it('offers a record to whose condition changes meanwhile, whatever the index found', async () => {
    const offers: unknown[] = []
    const listener: Listener = { offer: (one) => void offers.push(one), readAgain() {} }
    const doubtful: unknown[] = []
    const { channel, store } = await aChannel((open, how) => {
      if (how === 'ended') return
      doubtful.push(open.offeringTo(listener), open.offeringTo(listener))
    })
    expect(channel.offeringTo(listener)).toBeUndefined()
    store()
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
    expect(offers).toHaveLength(1)
    expect(doubtful).toEqual([offers[0], offers[0]])
    expect(channel.offeringTo(listener)).toBeUndefined()
  })
})
