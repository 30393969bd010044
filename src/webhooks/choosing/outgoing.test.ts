import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { aRecord, aWebhook, start } from '../../../tests/support/webhooks'
import type { EventRecord } from '../../event/record'
import type { Outgoing } from '../../platform/delivery-queue'
import { deliveryFormats, type Webhook } from '../../platform/registry/webhooks'
import { compose } from '../message/compose'
import { ENVELOPE_BYTES } from '../message/sizes'
import { laneOf, outgoingOf } from './outgoing'

const enqueuedAt = start.toISOString()
const records = (count: number, more: Partial<EventRecord> = {}) =>
  Array.from({ length: count }, () => aRecord({ raw: '"x"', ...more }))
const ofBytes = (bytes: number) => aRecord({ raw: JSON.stringify('x'.repeat(bytes - 2)) })

const cut = (more: Partial<Webhook>, of: EventRecord[], waitedSeconds?: number) =>
  outgoingOf(aWebhook({ webhookId: 'whk_1', ...more }), of, { enqueuedAt, waitedSeconds })
const counts = (all: Outgoing[]) => all.map(({ eventIds }) => eventIds.length)
const idsOf = (all: Outgoing[]) => all.map(({ deliveryId }) => deliveryId)

const cuts: [why: string, webhook: Partial<Webhook>, records: EventRecord[], counts: number[]][] = [
  ['none', {}, [], []],
  ['none, ordered', { ordered: true }, [], []],
  ['at a hundred events by default', {}, records(250), [100, 100, 50]],
  ['at as many as it says', { batch: { maxEvents: 3, maxSeconds: 9 } }, records(7), [3, 3, 1]],
  ['one by one', { batch: { maxEvents: 1, maxSeconds: 0 } }, records(3), [1, 1, 1]],
  ['at 256 KB', {}, [...Array(3)].map(() => ofBytes(100_000)), [2, 1]],
  ['with a larger event by itself', {}, [ofBytes(9), ofBytes(300_000), ofBytes(9)], [1, 1, 1]],
  ['at the bytes that it says', { maxBytes: 2048 }, [...Array(4)].map(() => ofBytes(700)), [2, 2]],
  ['of thin events, whatever their size', { format: 'thin' }, [ofBytes(9e5), ofBytes(9e5)], [2]],
  [
    'at bytes and not at characters',
    { maxBytes: 3000 },
    records(4, { raw: '"☕"'.padEnd(1000, '☕') }),
    [1, 1, 1, 1],
  ],
]

describe('Records are cut into messages', () => {
  for (const [why, webhook, of, expected] of cuts) {
    it(why, () => {
      const all = cut(webhook, of)
      expect(counts(all)).toEqual(expected)
      expect(all.flatMap(({ eventIds }) => eventIds)).toEqual(of.map(({ eventId }) => eventId))
    })
  }

  it('of one actor each, in their order, where the webhook is ordered', () => {
    const of = ['a', 'b', undefined, 'a', undefined, 'b', 'a'].map((actorId) =>
      aRecord({ actorId }),
    )
    const all = cut({ ordered: true }, of)
    const expected = ['a', 'b', undefined].map((actorId) => ({
      lane: laneOf(actorId),
      eventIds: of.filter((one) => one.actorId === actorId).map(({ eventId }) => eventId),
    }))
    expect(all).toMatchObject(expected)
    expect(new Set(all.map(({ lane }) => lane)).size).toBe(3)
    expect(all[0]!.lane).toMatch(/^[\w-]{12}$/)
    expect(cut({}, of)[0]).not.toHaveProperty('lane')
  })

  it('that may be joined as long as another event fits', () => {
    const join = { maxEvents: 2, maxBytes: 1000 - ENVELOPE_BYTES }
    const webhook = { batch: { maxEvents: 2, maxSeconds: 5 }, maxBytes: 1000 }
    const [full, open] = cut(webhook, records(3))
    expect(full).not.toHaveProperty('join')
    expect(open).toMatchObject({ join, bytes: 7 })
    // What was cut since the next was too large is full; so is what has no byte left.
    const all = cut(webhook, [ofBytes(400), ofBytes(400), ofBytes(490)])
    expect(all.map((one) => one.join)).toEqual([undefined, undefined, undefined])
    expect(cut(webhook, [ofBytes(400), ofBytes(400)])[1]!.join).toEqual(join)
  })

  it('that wait for more as long as they have not yet, unless they are full', () => {
    const delays = (maxSeconds: number, waited?: number) =>
      cut({ batch: { maxEvents: 2, maxSeconds } }, records(3), waited).map((one) => one.delayMs)
    expect(delays(5, 0.1)).toEqual([undefined, 4900])
    expect(delays(0.1, 0.1)).toEqual([undefined, undefined])
    expect(delays(0.1, 0)).toEqual([undefined, 100])
    expect(delays(0, 0)).toEqual([undefined, undefined])
    expect(delays(0.05, 0.1)).toEqual([undefined, undefined])
    expect(delays(60)).toEqual([undefined, undefined])
    expect(cut({}, records(1), 0.1)[0]).not.toHaveProperty('delayMs')
  })

  it('that are held where the webhook is disabled', () => {
    expect(cut({ enabled: false }, records(1))).toMatchObject([{ isHeld: true }])
    expect(cut({}, records(1))[0]).not.toHaveProperty('isHeld')
  })

  it('that are no larger than the webhook takes, in every format', () => {
    const someText = fc.string({ unit: 'binary', maxLength: 300 })
    fc.assert(
      fc.property(
        fc.constantFrom(...deliveryFormats),
        fc.integer({ min: 2048, max: 8192 }),
        fc.array(fc.record({ type: someText, text: someText, isRepaired: fc.boolean() }), {
          minLength: 1,
          maxLength: 15,
        }),
        (format, maxBytes, events) => {
          const of = events.map(({ type, text, isRepaired }) =>
            aRecord({
              ...{ type, objectId: text, raw: JSON.stringify({ type, text }) },
              ...(isRepaired && { repair: { by: 'key_1', at: enqueuedAt, paths: [text] } }),
            }),
          )
          const webhook = aWebhook({ format, maxBytes })
          const byId = new Map(of.map((one) => [one.eventId, one]))
          for (const { eventIds, bytes } of outgoingOf(webhook, of, { enqueuedAt })) {
            const held = eventIds.map((id) => byId.get(id)!)
            const { length } = compose(webhook, { enqueuedAt }, held).body
            expect(length).toBeLessThanOrEqual(bytes! + ENVELOPE_BYTES)
            if (eventIds.length > 1) expect(length).toBeLessThanOrEqual(maxBytes)
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('that stay as they are where a replay sends them again', () => {
    const webhook = aWebhook({ batch: { maxEvents: 9, maxSeconds: 60 } })
    const cutting = { enqueuedAt, waitedSeconds: 0, replayId: 'rpl_1' }
    const archived = { from: enqueuedAt, to: enqueuedAt }
    const [one] = outgoingOf(webhook, records(2), { ...cutting, archived })
    expect(one).toMatchObject({ archived })
    for (const name of ['join', 'delayMs']) expect(one).not.toHaveProperty(name)
  })

  it('named by what they hold, by the webhook and by the replay', () => {
    const [one, other] = [records(2), records(2)]
    const [webhook, another] = [aWebhook(), aWebhook()]
    const of = (to: Webhook, records: EventRecord[], replayId?: string) =>
      idsOf(outgoingOf(to, records, { enqueuedAt, replayId }))[0]
    const ids = [
      of(webhook, one),
      of(webhook, other),
      of(another, one),
      of(webhook, one, 'rpl_1'),
      of(webhook, one, 'rpl_2'),
    ]
    expect(new Set(ids).size).toBe(ids.length)
    expect(of(webhook, one)).toBe(ids[0]!)
    for (const id of ids) expect(id).toMatch(/^msg_[0-9a-f]{40}$/)
  })
})
