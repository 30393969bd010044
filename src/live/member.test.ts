import { describe, expect, it } from 'bun:test'
import { aPrincipal } from '../../tests/support/principal'
import { aRecord } from '../../tests/support/records'
import { createConditionIndex } from '../event/conditions'
import type { LiveFeed, LivePage } from '../platform/live-feed'
import { silentLog } from '../telemetry/log'
import type { Channel, Listener } from './channel'
import { type Held, heldOf } from './held'
import { createMember } from './member'
import { createShares } from './shares'
import { createSlots } from './slots'
import { createWindow } from './window'

/**
 * A member that is live at place 0, of a feed whose positions are numbers.
 * @param read it begins with what this gives instead
 */
function aMember({
  room = 1,
  queueBytes = 12_000,
  read,
}: {
  room?: number
  queueBytes?: number
  read?: LiveFeed['read']
} = {}) {
  const order: LiveFeed['order'] = (_tenantId, a, b) => Number(a) - Number(b)
  const never = () => Promise.reject(new Error('nothing is to be read'))
  const feed: LiveFeed = { order, end: never, read: read ?? never, follow: never }
  const memory = createShares(queueBytes)
  const hidden = Promise.resolve(() => false)
  let offering: Held | undefined
  const channel: Channel = {
    listeners: new Set<Listener>(),
    window: createWindow(memory),
    head: () => '0',
    offeringTo: () => offering,
    isHidden: () => hidden,
    async [Symbol.asyncDispose]() {},
  }
  const seen: string[] = []
  const sink = {
    room,
    take({ position }: { position(): string }) {
      seen.push(position())
      sink.room -= 1
      return sink.room > 0
    },
    lost: (count: number, after: string) => void seen.push(`lost ${count} after ${after}`),
    resync: (reason: string) => void seen.push(reason),
    end: (reason: string) => void seen.push(reason),
  }
  const needs = { feed, memory, slots: createSlots(2), log: silentLog, count() {}, leave() {} }
  const member = createMember(
    { ...needs, index: createConditionIndex<Listener>() },
    {
      principal: aPrincipal(),
      condition: undefined,
      from: '0',
      isNew: read === undefined,
      sink,
      channel,
    },
  )
  let place = 0
  function next(type?: string): Held {
    place += 1
    const position = String(place)
    return heldOf({ record: aRecord(type ? { type } : {}), position: () => position })
  }
  function offer(count = 1) {
    for (let left = count; left > 0; left -= 1) member.offer(next())
  }
  /** Offers a record; meanwhile, after the channel has found the member for it, something happens. */
  function offerWhile(type: string, act: () => void) {
    offering = next(type)
    act()
    member.offer(offering)
    offering = undefined
  }
  return { member, next, offer, offerWhile, sink, seen, hidden, window: channel.window }
}

describe('a member', () => {
  it('is given nothing before its start, whatever its sink says', async () => {
    const { member, offer, seen, sink } = aMember({ room: 10 })
    member.ready()
    offer(2)
    await Promise.resolve()
    expect(seen).toEqual([])
    expect(sink.room).toBe(10)
    member.start()
    await new Promise(setImmediate)
    expect(seen).toEqual(['1', '2'])
  })

  it('is told what it lost before anything that comes after it', async () => {
    const { member, offer, seen, sink, hidden } = aMember()
    member.start()
    // One is taken, two have room to wait, and two are lost.
    offer(5)
    sink.room = 10
    member.ready()
    // A record is offered right after what waited was given, within the same turn.
    await hidden.then(() => offer())
    await new Promise(setImmediate)
    expect(seen).toEqual(['1', '2', '3', 'lost 2 after 3', '6'])
  })

  it('says how many were lost each time', async () => {
    const { member, offer, seen, sink } = aMember()
    member.start()
    offer(5)
    sink.room = 2
    member.ready()
    await new Promise(setImmediate)
    // The two that waited are all it took: it is told of the others once it takes more.
    expect(seen).toEqual(['1', '2', '3'])
    offer(1)
    sink.room = 1
    member.ready()
    await new Promise(setImmediate)
    expect(seen.slice(3)).toEqual(['lost 3 after 3'])
    offer(4)
    sink.room = 10
    member.ready()
    await new Promise(setImmediate)
    expect(seen.slice(4)).toEqual(['7', '8', '9', 'lost 1 after 9'])
  })

  it('has what the window gave it once, though the channel is about to offer it, too', async () => {
    const page = Promise.withResolvers<LivePage>()
    const { member, next, seen, window } = aMember({ room: 10, read: () => page.promise })
    member.start()
    // The channel has found it for this one, and gets to it after the others that it found.
    const one = next()
    window.add(one)
    page.resolve({ items: [], next: '0', isAll: true })
    await new Promise(setImmediate)
    expect(seen).toEqual(['1'])
    member.offer(one)
    member.offer(next())
    expect(seen).toEqual(['1', '2'])
  })

  it('is not given what was found for its condition of before', () => {
    const { member, offerWhile, seen } = aMember({ room: 10 })
    member.start()
    offerWhile('A', () => member.update({ path: 'type', equals: 'B' }))
    offerWhile('B', () => member.update({ path: 'type', equals: 'B' }))
    expect(seen).toEqual(['2'])
  })

  it('is the only one to suffer from a sink that throws', () => {
    const { member, offer, seen, sink } = aMember()
    member.start()
    sink.take = () => {
      throw new Error('closed')
    }
    offer(3)
    member.ready()
    member.end('stopping')
    expect(seen).toEqual([])
  })
})
