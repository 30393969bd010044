import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { stateKey } from '../../../src/platform/aws/subscriptions/items'
import type { Subscriptions } from '../../../src/platform/subscriptions'
import { aDynamoDbClient } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { aPupil, heldSockets, TENANT } from '../../support/aws/held-sockets'
import { aRecord } from '../../support/records'

setDefaultTimeout(120_000) // the emulated tables answer sixty writes a second on a busy machine

let client: Awaited<ReturnType<typeof aDynamoDbClient>>
beforeAll(async () => {
  client = await aDynamoDbClient()
})
afterAll(() => client?.destroy())

const expiresAt = '2126-11-15T10:15:00.000Z'
const some = (count: number) =>
  Array.from({ length: count }, () => aRecord({ tenantId: TENANT, expiresAt }))
const idsOf = (records: readonly { eventId: string }[]) => records.map(({ eventId }) => eventId)

/** Sockets whose table fails as planned. */
async function faulty(plan: (command: string, nth: number) => Fault | undefined) {
  const own = withFaults(await aDynamoDbClient(), plan)
  return heldSockets({ client: own })
}

describe('Posting to connections that API Gateway holds', () => {
  it('goes to all that are subscribed, though they were counted as none', async () => {
    const test = await heldSockets({ client })
    const reader = test.connect()
    await reader.say({})
    for (const held of [0, -1]) {
      const update = new UpdateItemCommand({
        TableName: test.liveTable,
        Key: stateKey(TENANT),
        UpdateExpression: 'SET held = :held',
        ExpressionAttributeValues: { ':held': { N: String(held) } },
      })
      await client.send(update)
      const records = some(2)
      await test.store(records, test.aFunction())
      expect(reader.ids().slice(-2)).toEqual(idsOf(records))
    }
  })

  it('takes no lease where nobody is subscribed any more', async () => {
    const test = await heldSockets({ client })
    const reader = test.connect()
    await reader.say({})
    await reader.leave()
    let leases = 0
    const watched = test.aFunction({
      subscriptions: {
        ...test.subscriptions,
        lease(...asked) {
          leases += 1
          return test.subscriptions.lease(...asked)
        },
      },
    })
    await test.store(some(1), watched)
    expect(leases).toBe(0)
  })

  const failing: (keyof Subscriptions | 'read' | 'before')[] = [
    ...(['state', 'list', 'lease', 'advance', 'settle'] as const),
    ...(['read', 'before'] as const),
  ]
  for (const where of failing) {
    for (const nth of [1, 2, 3]) {
      it(`is tried again when it fails at its ${nth}. ${where}, and repeats nothing`, async () => {
        const test = await heldSockets({ client })
        const readers = [test.connect(), test.connect()]
        for (const reader of readers) await reader.say({})
        let calls = 0
        const failingAt = <Needs extends object>(needs: Needs): Needs =>
          new Proxy(needs, {
            get(target, name) {
              const own = Reflect.get(target as object, name)
              if (name !== where) return own
              return async (...asked: unknown[]) => {
                calls += 1
                if (calls === nth) throw new Error('not now')
                return own(...asked)
              }
            },
          })
        const { subscriptions, hidden } = test.needs
        // A page has two events, so that there are some.
        const feed: typeof test.needs.feed = {
          ...test.needs.feed,
          read: (tenantId, asked) => test.needs.feed.read(tenantId, { ...asked, limit: 2 }),
        }
        const one = test.aFunction({
          subscriptions: failingAt(subscriptions),
          feed: failingAt(feed),
          hidden: failingAt(hidden),
        })
        const records = some(5)
        await test.store(records, one)
        for (const reader of readers) expect(reader.ids()).toEqual(idsOf(records))
        const later = some(1)
        await test.store(later)
        for (const reader of readers) expect(reader.ids()).toEqual(idsOf([...records, ...later]))
      })
    }
  }

  it('is made up for by a ping, where whoever had it to do has died', async () => {
    const test = await heldSockets({ client })
    const [reader, other] = [test.connect(), test.connect()]
    for (const one of [reader, other]) await one.say({})
    const dying = test.aFunction({
      connections: { ...test.needs.connections, send: () => new Promise(() => {}) },
      subscriptions: { ...test.subscriptions, advance: () => new Promise(() => {}) },
    })
    const unsent = some(3)
    void test.store(unsent, dying)
    await Bun.sleep(1000)
    await reader.say({ type: 'ping' })
    expect(reader.ids()).toEqual([])
    test.clock.advance(60_000) // the lease is over
    await reader.say({ type: 'ping' })
    expect(reader.frames.at(2)).toEqual({ type: 'pong' })
    for (const one of [reader, other]) expect(one.ids()).toEqual(idsOf(unsent))
    await reader.say({ type: 'ping' })
    expect(reader.ids()).toEqual(idsOf(unsent))
  })

  it('is not begun, nor waited for, longer than the function has time', async () => {
    const test = await heldSockets({ client })
    const reader = test.connect()
    await reader.say({})
    await test.subscriptions.lease(TENANT, 'another', 60_000)
    const begun = performance.now()
    const records = some(1)
    await test.store(records, test.aFunction({ leftMs: () => 6000 - (performance.now() - begun) }))
    expect(performance.now() - begun).toBeLessThan(6000)
    expect(reader.ids()).toEqual([])
    await test.subscriptions.advance(TENANT, 'another', undefined, 0)
    await reader.say({ type: 'ping' })
    expect(reader.ids()).toEqual(idsOf(records))
  })

  it('counts what it could not send in the time that the function has', async () => {
    const test = await heldSockets({ client })
    const [slow, good] = [test.connect(), test.connect()]
    for (const reader of [slow, good]) await reader.say({})
    const { connections } = test.needs
    const begun = performance.now()
    const one = test.aFunction({
      leftMs: () => 8000 - (performance.now() - begun),
      connections: {
        ...connections,
        async send(id, message) {
          if (id === slow.id) await Bun.sleep(500)
          return connections.send(id, message)
        },
      },
    })
    const records = some(40)
    await test.store(records, one)
    expect(performance.now() - begun).toBeLessThan(8000)
    expect(good.ids()).toEqual(idsOf(records))
    const given = slow.ids().length
    expect(given).toBeGreaterThan(0)
    expect(given).toBeLessThan(records.length)
    await slow.say({ type: 'ping' })
    const lost = slow.frames.find(({ type }) => type === 'lost')!
    expect(lost.count).toBe(records.length - given)
  })
})

describe('Subscriptions whose table loses a reply', () => {
  it('begin all the same, and are counted once', async () => {
    const test = await faulty((command, nth) =>
      command === 'PutItemCommand' && nth === 1 ? 'lost-reply' : undefined,
    )
    const reader = test.connect()
    await reader.say({})
    expect(reader.frames).toMatchObject([{ status: 'subscribed' }])
    expect(await test.subscriptions.state(TENANT)).toMatchObject({ count: 1 })
    const records = some(1)
    await test.store(records)
    expect(reader.ids()).toEqual(idsOf(records))
  })

  it('begin once, whatever the same connection says at the same moment', async () => {
    const test = await heldSockets({ client })
    const principal = aPupil()
    const begin = (after: string) =>
      test.subscriptions.begin(
        { connectionId: 'one', principal, format: 'event', after },
        { places: 10, bytes: 10_000 },
      )
    const begun = await Promise.all(['a', 'b', 'c'].map(begin))
    expect(begun.toSorted()).toEqual(['begun', 'taken', 'taken'])
    expect(await test.subscriptions.state(TENANT)).toMatchObject({ count: 1 })
  })

  it('are never counted as fewer than they are', async () => {
    let isAway = false
    const test = await faulty((command) => {
      return isAway && command === 'PutItemCommand' ? 'lost-reply' : undefined
    })
    const [first, second] = [test.connect(), test.connect()]
    await first.say({})
    isAway = true
    await second.say({})
    isAway = false
    expect(second.frames.at(-1)).toMatchObject({ status: 'error' })
    const held = (await test.subscriptions.list(TENANT)).length
    expect((await test.subscriptions.state(TENANT))!.count).toBeGreaterThanOrEqual(held)
  })

  it('change, and say so', async () => {
    let isChanging = false
    const test = await faulty((command) => {
      if (!isChanging || command !== 'UpdateItemCommand') return undefined
      isChanging = false
      return 'lost-reply'
    })
    const reader = test.connect()
    const filters = { event_types: ['abc'] }
    await reader.say({ event_types: ['defghi'] })
    isChanging = true
    await reader.say({ type: 'update_filters', filters })
    expect(reader.frames.at(-1)).toEqual({ status: 'filters_updated', filters })
    expect(isChanging).toBe(false)
  })
})
