import { describe, expect, it } from 'bun:test'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { createTypeCounts } from '../../../src/platform/aws/type-counts'
import { MAX_TYPES } from '../../../src/platform/shared/type-slots'
import { typeCountsContract } from '../../contracts/type-counts.contract'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { aClock, aLog } from '../../support/deliveries'

const at = '2026-11-21T10:00:00.000Z'
const now = new Date('2026-11-21T10:02:00.000Z')

async function open(plan: (command: string, nth: number) => Fault | undefined = () => undefined) {
  const client = await aDynamoDbClient()
  const faulty = withFaults(await aDynamoDbClient(), plan)
  const table = await freshTable(client, 'registry')
  const clock = aClock(now)
  const { log, lines } = aLog()
  const counts = createTypeCounts({ client: faulty, table, clock, log })
  const other = () => createTypeCounts({ client, table, clock, log })
  return {
    ...{ counts, client, table, clock, lines },
    /** What another process reads. */
    stored: async () => (await other().read('school', now))[0]?.total ?? 0,
    async full() {
      counts.add('school', at, new Map([['known', 1]]))
      await counts.read('school', now)
      const told = { pk: { S: 'types#school' }, sk: { S: 'told' }, types: { N: `${MAX_TYPES}` } }
      await client.send(new PutItemCommand({ TableName: table, Item: told }))
    },
    async reopen() {
      await counts[Symbol.asyncDispose]()
      return other()
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      faulty.destroy()
    },
  }
}

typeCountsContract('DynamoDB', open)

describe('counts by type of a function that may be frozen after each reply', () => {
  it('are written by the first request, then at most every five seconds', async () => {
    await using opened = await open()
    const { counts, clock } = opened
    const request = async () => {
      counts.add('school', at, new Map([['a', 1]]))
      await counts.settle()
      return opened.stored()
    }
    expect(await request()).toBe(1)
    clock.advance(4_999)
    expect(await request()).toBe(1)
    clock.advance(1)
    expect(await request()).toBe(3)
  })

  it('of several processes are one sum', async () => {
    await using opened = await open()
    for (const _ of [1, 2, 3]) {
      opened.counts.add('school', at, new Map([['a', 2]]))
      await (await opened.reopen()).settle()
    }
    expect(await opened.stored()).toBe(6)
  })

  it('wait for the next write when one fails', async () => {
    let isDown = true
    await using opened = await open((command) =>
      isDown && command === 'TransactWriteItemsCommand' ? 'unreachable' : undefined,
    )
    opened.counts.add('school', at, new Map([['a', 1]]))
    await opened.counts.settle()
    expect(opened.lines.join()).toContain('counts by type were not saved yet')
    isDown = false
    expect(await opened.counts.read('school', now)).toMatchObject([{ type: 'a', total: 1 }])
  })
})
