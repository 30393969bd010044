import { describe, expect, it } from 'bun:test'
import type { WebhookSubscription } from '../../platform/registry/webhooks'
import { createPace } from './pace'
import { createPlaces } from './places'

const aWebhook = (webhookId: string, more: Partial<WebhookSubscription>) =>
  ({ webhookId, ...more }) as WebhookSubscription

function scene(...webhooks: WebhookSubscription[]) {
  let now = 0
  const places = createPlaces({ pace: createPace(() => now), now: () => now })
  places.learn(webhooks)
  const take = (webhookId: string) => places.take({ tenantId: 'north', webhookId })
  /** Takes as many as there are. */
  function takeAll(webhookId: string) {
    const taken: NonNullable<ReturnType<typeof take>>[] = []
    for (let leave = take(webhookId); leave !== undefined; leave = take(webhookId))
      taken.push(leave)
    return taken
  }
  return { places, take, takeAll, turn: (ms: number) => (now += ms) }
}

describe('A tenant whose targets hang', () => {
  it('has places for its others, some before and more once those drag', () => {
    const { places, takeAll, turn } = scene()
    const hang = (from: number, to: number) => {
      let held = 0
      for (let n = from; n < to; n += 1) held += takeAll(`hangs ${n}`).length
      return held
    }
    expect(hang(0, 100)).toBe(64)
    expect(takeAll('new')).toEqual([])
    turn(299)
    expect(places.look()).toBe(false)
    turn(1)
    expect(places.look()).toBe(true)
    expect(takeAll('new')).toHaveLength(1)
    expect(hang(0, 100)).toBe(36)
    expect(hang(100, 200)).toBe(27)
    turn(300)
    places.look()
    // Half of what may drag is taken: those of whom nobody knows wait now, those that were well do not.
    expect(hang(0, 1000)).toBe(0)
    expect(takeAll('newer')).toEqual([])
    places.note('old', true)
    expect(takeAll('old')).toHaveLength(4)
    expect(takeAll('old')).toEqual([])
    turn(300)
    places.look()
    // It drags itself now.
    expect(takeAll('old')).toEqual([])
  })

  it('leaves places to the next tenant, and all to others once they have ended', () => {
    const { places, turn } = scene()
    const held: (() => void)[] = []
    for (let tenant = 0; tenant < 40; tenant += 1) {
      for (let n = 0; n < 100; n += 1) {
        const leave = places.take({ tenantId: `t${tenant}`, webhookId: `w${tenant} ${n}` })
        if (leave) held.push(leave)
      }
      turn(300)
      places.look()
    }
    expect(held.length).toBeLessThanOrEqual(320)
    places.note('good', true)
    expect(places.take({ tenantId: 'good', webhookId: 'good' })).toBeDefined()
    for (const leave of held) leave()
    expect(places.free()).toBe(319)
  })
})

describe('A webhook', () => {
  it('has four places, or as many as it asks for', () => {
    const { places, takeAll } = scene(
      aWebhook('one', { maxConcurrent: 1 }),
      aWebhook('many', { maxConcurrent: 16 }),
    )
    for (const id of ['usual', 'one', 'many']) places.note(id, true)
    expect(takeAll('usual')).toHaveLength(4)
    expect(takeAll('one')).toHaveLength(1)
    expect(takeAll('many')).toHaveLength(16)
  })

  it('has one while it fails, or before anything went well, whatever it asks for', () => {
    const { places, takeAll } = scene(aWebhook('many', { maxConcurrent: 16 }))
    expect(takeAll('new')).toHaveLength(1)
    places.note('many', false)
    const [leave, ...more] = takeAll('many')
    expect(more).toEqual([])
    places.note('many', true)
    expect(takeAll('many')).toHaveLength(15)
    leave!()
    expect(takeAll('many')).toHaveLength(1)
  })

  it('follows its settings', () => {
    const { places, takeAll } = scene(aWebhook('one', { maxConcurrent: 1 }))
    places.note('one', true)
    expect(takeAll('one')).toHaveLength(1)
    places.learn([aWebhook('one', { maxConcurrent: 3 })])
    expect(takeAll('one')).toHaveLength(2)
    places.learn([])
    expect(takeAll('one')).toHaveLength(1)
  })

  it('with a pace has a place as soon as its pace says', () => {
    const { places, take, turn } = scene(aWebhook('slow', { maxPerSecond: 2 }))
    take('slow')!()
    take('slow')!()
    expect(take('slow')).toBeUndefined()
    expect(places.waitMs('slow')).toBe(1000)
    // Who waits for a place, and not for its pace, is told of no time.
    expect(places.waitMs('usual')).toBe(0)
    turn(1000)
    // A place in which nothing was attempted has cost nothing.
    take('slow')!(true)
    take('slow')!(true)
    expect(places.waitMs('slow')).toBe(0)
    take('slow')!()
    take('slow')!()
    expect(places.waitMs('slow')).toBe(1000)
  })
})
