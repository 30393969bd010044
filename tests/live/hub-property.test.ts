import { describe, expect, it } from 'bun:test'
import type { Condition } from '../../src/event/condition'
import type { EventRecord } from '../../src/event/record'
import { createHub } from '../../src/live/hub'
import type { Live, Sink, Subscriber } from '../../src/live/live'
import type { StoredRecord } from '../../src/platform/live-feed'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { openFeed } from '../support/local-feed'
import { seeded } from '../support/mutate'
import { aPrincipal } from '../support/principal'
import { aRecord } from '../support/records'
import { lateFeed } from './late-feed'

const TENANTS = ['north', 'south'] as const
const TYPES = ['answered', 'viewed', 'graded'] as const

const CONDITIONS: [Condition | undefined, (record: EventRecord) => boolean][] = [
  [undefined, ({ kind }) => kind === 'event'],
  [{ path: 'type', equals: 'viewed' }, ({ type }) => type === 'viewed'],
  [{ path: 'type', in: ['answered', 'graded'] }, ({ type }) => type !== 'viewed'],
  [{ path: 'kind', equals: 'entity' }, ({ kind }) => kind === 'entity'],
  [{ path: 'made', gte: 1 }, ({ kind }) => kind === 'event'],
]

/** A reader as a client is: it takes some at a time, and connects again where it was. */
function aReader(
  random: () => number,
  { tenantId, asksLost }: { tenantId: string; asksLost: boolean },
) {
  const [condition, fits] = CONDITIONS[Math.floor(random() * CONDITIONS.length)]!
  const got: ({ id: string } | { lost: number; after: string })[] = []
  const patience = 1 + Math.floor(random() * 30)
  let room = patience
  let subscriber: Subscriber | undefined
  let after: string | undefined
  let begunAt = -1
  let ended: string | undefined

  const sink: Sink = {
    take({ record, position }: StoredRecord) {
      got.push({ id: record.eventId })
      after = position()
      room -= 1
      return room > 0
    },
    ...(asksLost && { lost: (lost: number, after: string) => void got.push({ lost, after }) }),
    resync(reason) {
      throw new Error(reason)
    },
    end(reason) {
      ended = reason
      subscriber = undefined
    },
  }

  return {
    tenantId,
    fits,
    got,
    asksLost,
    begunAt: () => begunAt,
    count: () => got.reduce((sum, one) => sum + ('lost' in one ? one.lost : 1), 0),
    isOn: () => subscriber !== undefined,
    ended: () => ended,
    async connect(live: Live, stored: number) {
      room = patience
      // What was passed over comes after the last that it has, and is read now.
      if ('lost' in (got.at(-1) ?? {})) got.pop()
      subscriber = await live.subscribe({
        principal: aPrincipal({ tenantId }),
        condition,
        after,
        sink,
      })
      after ??= subscriber.from
      if (begunAt < 0) begunAt = stored
    },
    leave() {
      subscriber?.[Symbol.dispose]()
      subscriber = undefined
    },
    goOn(by = patience) {
      room = by
      subscriber?.ready()
    },
  }
}

describe('live subscriptions over the log of one machine', () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`give every match once and in order, whoever is slow and whatever restarts (seed ${seed})`, async () => {
      const random = seeded(seed)
      const chance = (one: number) => random() < one
      using folder = temporaryFolder()
      const open = () => {
        const feed = openFeed(folder.path)
        const live =
          seed % 2 === 0 ? lateFeed(feed.live, () => Math.floor(random() * 4)) : feed.live
        const hidden = { before: async () => undefined }
        const isCurrent = async () => true
        const bounds = { maxSubscribers: 200, queueBytes: 150_000 }
        const hub = createHub({ feed: live, hidden, isCurrent, log: silentLog, ...bounds })
        return { feed, hub }
      }
      let { feed, hub } = open()
      const close = async () => {
        await hub[Symbol.asyncDispose]()
        await feed[Symbol.asyncDispose]()
      }
      const stored: EventRecord[] = []
      const readers = Array.from({ length: 24 }, (_, at) =>
        aReader(random, { tenantId: TENANTS[at % 2]!, asksLost: at % 3 === 0 }),
      )
      const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!

      async function append() {
        const size = chance(0.1) ? 300 : 1 + Math.floor(random() * 12)
        const records = Array.from({ length: size }, () =>
          aRecord({
            tenantId: chance(0.7) ? 'north' : 'south',
            type: pick(TYPES),
            kind: chance(0.1) ? 'entity' : 'event',
          }),
        )
        stored.push(...records)
        await feed.events.append(records)
      }

      for (let step = 0; step < 150; step += 1) {
        const reader = pick(readers)
        if (chance(0.4)) await append()
        else if (chance(0.02)) {
          await close()
          for (const one of readers) expect(one.isOn()).toBe(false)
          ;({ feed, hub } = open())
        } else if (!reader.isOn()) {
          // Whoever begins is told of what is stored from then on, so nothing is under way.
          await reader.connect(hub, stored.length)
        } else if (chance(0.15) && !reader.asksLost) reader.leave()
        else reader.goOn()
        if (chance(0.3)) await new Promise(setImmediate)
      }

      for (const reader of readers) if (!reader.isOn()) await reader.connect(hub, stored.length)
      const wanted = readers.map(({ tenantId, begunAt, fits }) =>
        stored
          .slice(begunAt())
          .filter((record) => record.tenantId === tenantId && fits(record))
          .map(({ eventId }) => eventId),
      )
      const until = performance.now() + 20_000
      const isDone = (at: number) => readers[at]!.count() >= wanted[at]!.length
      while (!readers.every((_, at) => isDone(at)) && performance.now() < until) {
        for (const reader of readers) reader.goOn(Number.POSITIVE_INFINITY)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await new Promise(setImmediate)

      for (const [place, reader] of readers.entries()) {
        let at = 0
        for (const one of reader.got) {
          if ('lost' in one) at += one.lost
          else expect(one.id).toBe(wanted[place]![at++]!)
        }
        expect(at).toBe(wanted[place]!.length)
      }
      expect(hub.state()).toEqual({ subscribers: readers.length, queued: 0 })
      await close()
    }, 40_000)
  }
})
