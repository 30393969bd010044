import { describe, expect, it } from 'bun:test'
import { QueryCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../src/error/storage-error'
import { createSourceActivity } from '../../../src/platform/aws/source-activity'
import { sourceActivityContract } from '../../contracts/source-activity.contract'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { aClock, aLog } from '../../support/deliveries'

const canvas = { tenantId: 'school', sourceId: 'canvas', keyId: 'key_1' }
const at = '2026-11-21T10:00:00.000Z'
const now = new Date('2026-11-21T10:02:00.000Z')

async function open(plan: (command: string, nth: number) => Fault | undefined = () => undefined) {
  const client = await aDynamoDbClient()
  const faulty = withFaults(await aDynamoDbClient(), plan)
  const table = await freshTable(client, 'registry')
  const clock = aClock(now)
  const { log, lines } = aLog()
  const activity = createSourceActivity({ client: faulty, table, clock, log })
  const other = () => createSourceActivity({ client, table, clock, log })
  return {
    ...{ activity, client, table, clock, lines },
    /** What another process reads. */
    stored: async () => (await other().read('school', now))[0]?.total.accepted ?? 0,
    async reopen() {
      await activity[Symbol.asyncDispose]()
      return other()
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      faulty.destroy()
    },
  }
}

sourceActivityContract('DynamoDB', open)

describe('source activity of a function that may be frozen after each reply', () => {
  it('is written by the first request, then at most every ten seconds', async () => {
    await using opened = await open()
    const { activity, clock } = opened
    const request = async () => {
      activity.add(canvas, at, { accepted: 1 })
      await activity.settle()
      return opened.stored()
    }
    expect(await request()).toBe(1)
    clock.advance(9_999)
    expect(await request()).toBe(1)
    clock.advance(1)
    expect(await request()).toBe(3)
  })

  it('of several processes is one sum', async () => {
    await using opened = await open()
    const add = async () => {
      opened.activity.add(canvas, at, { accepted: 2 })
      await (await opened.reopen()).settle()
    }
    for (const _ of [1, 2, 3]) await add()
    expect(await opened.stored()).toBe(6)
  })

  it('expires by the slot after two days, and never as a whole', async () => {
    await using opened = await open()
    const { activity, client, table } = opened
    activity.add(canvas, at, { accepted: 1 })
    await activity.read('school', now)
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'activity#school' } },
      }),
    )
    const ends = Items.map((item) => item.expiresAt?.N && new Date(Number(item.expiresAt.N) * 1000))
    expect(ends).toEqual([undefined, new Date('2026-11-23T10:00:00.000Z')])
  })
})

describe('source activity whose table fails', () => {
  it('counts once when a reply is lost', async () => {
    await using opened = await open((command, nth) =>
      command === 'TransactWriteItemsCommand' && nth <= 1 ? 'lost-reply' : undefined,
    )
    opened.activity.add(canvas, at, { accepted: 2 })
    await opened.activity.settle()
    expect(await opened.stored()).toBe(2)
    expect(opened.lines).toEqual([])
  })

  for (const fault of ['conflict', 'denied', 'unreachable'] as const) {
    it(`stays noted while it is ${fault}, which no sender notices`, async () => {
      let isDown = true
      await using opened = await open(() => (isDown ? fault : undefined))
      const { activity, clock, lines } = opened
      activity.add(canvas, at, { accepted: 1 })
      await activity.settle()
      expect(lines.join()).toContain('counts of arrivals were not saved yet')
      const failure = await activity.read('school', now).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StorageError)

      isDown = false
      activity.add(canvas, at, { accepted: 1 })
      clock.advance(10_000)
      await activity.settle()
      expect(await opened.stored()).toBe(2)
    })
  }
})
