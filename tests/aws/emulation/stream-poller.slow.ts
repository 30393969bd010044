import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBRecord } from 'aws-lambda'
import { createTableInput } from '../../../tools/aws-local/create-table'
import type { Invocation } from '../../../tools/aws-local/stream-batch'
import { pollStream, type StreamMapping } from '../../../tools/aws-local/stream-poller'
import { aDynamoDbClient, dynamoDbSettings } from '../../support/aws/emulators'

const mapping: StreamMapping = {
  batchSize: 3,
  window: 3600, // nothing waits that long here: what is handled was asked for
  startingPosition: 'TRIM_HORIZON',
  patterns: ['{"eventName":["INSERT"]}'],
  retries: 5,
  maximumAge: 3600,
  bisects: true,
  reportsItemFailures: true,
}
const done: Invocation = { kind: 'returned', payload: { batchItemFailures: [] } }

let dynamo: DynamoDBClient
let client: DynamoDBStreamsClient
let tables = 0

beforeAll(async () => {
  dynamo = await aDynamoDbClient()
  client = new DynamoDBStreamsClient(await dynamoDbSettings())
})
afterAll(() => {
  dynamo.destroy()
  client.destroy()
})

/** A table with a stream, followed by a function that answers as it is told. */
async function followedTable(
  answer: (keys: string[]) => Invocation = () => done,
  through: DynamoDBStreamsClient = client,
) {
  tables += 1
  const TableName = `stream-${process.pid}-${tables}`
  const shape = { hashKey: 'k', indexes: [], stream: 'new-image' as const }
  await dynamo.send(new CreateTableCommand(createTableInput(TableName, shape)))
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }))
  const batches: DynamoDBRecord[][] = []
  const discarded: string[] = []
  const checkpoints = new Map<string, string>()
  const keysOf = (records: DynamoDBRecord[]) => records.map((one) => one.dynamodb!.Keys!.k!.S!)
  const poll = () =>
    pollStream({
      client: through,
      streamArn: Table!.LatestStreamArn!,
      mapping,
      checkpoints,
      async invoke(records) {
        batches.push(records)
        return answer(keysOf(records))
      },
      discard: async ({ records }) => void discarded.push(...keysOf(records)),
    })
  const put = (k: string) =>
    dynamo.send(
      new PutItemCommand({ TableName, Item: { k: { S: k }, b: { B: Buffer.from('bytes') } } }),
    )
  const drop = (k: string) =>
    dynamo.send(new DeleteItemCommand({ TableName, Key: { k: { S: k } } }))
  return { poll, put, drop, batches, discarded, keys: () => batches.map(keysOf) }
}

describe('a stream that feeds a function', () => {
  it('hands over what was inserted, in order, in batches of its size', async () => {
    const table = await followedTable()
    for (const k of ['a', 'b', 'c', 'd']) await table.put(k)
    await table.drop('a')
    await using poller = table.poll()
    await poller.drain()
    expect(table.keys()).toEqual([['a', 'b', 'c'], ['d']])
  })

  it('hands records over as Lambda writes them: bytes in base64, times in seconds', async () => {
    const table = await followedTable()
    await table.put('a')
    await using poller = table.poll()
    await poller.drain()
    const [record] = table.batches[0]!
    const bytes = Buffer.from('bytes').toString('base64')
    expect(record).toMatchObject({ eventName: 'INSERT', eventSource: 'aws:dynamodb' })
    expect(record?.dynamodb).toMatchObject({ NewImage: { k: { S: 'a' }, b: { B: bytes } } })
    expect(record?.dynamodb?.ApproximateCreationDateTime).toBeInteger()
    expect(JSON.parse(JSON.stringify(record))).toEqual(record as never)
  })

  it('hands over the first record of a stream that it followed while it was empty', async () => {
    const table = await followedTable()
    await using poller = table.poll()
    await poller.drain()
    await table.put('a')
    await poller.drain()
    expect(table.keys()).toEqual([['a']])
  })

  for (const name of ['TrimmedDataAccessException', 'ExpiredIteratorException']) {
    it(`asks for another iterator after ${name}, and whoever waits does not hear of it`, async () => {
      const failing = new DynamoDBStreamsClient(await dynamoDbSettings())
      let failures = 1
      failing.middlewareStack.add((next, { commandName }) => async (args) => {
        if (commandName !== 'GetRecordsCommand' || failures-- <= 0) return next(args)
        throw Object.assign(new Error('of no use'), { name })
      })
      const table = await followedTable(() => done, failing)
      await table.put('a')
      await using poller = table.poll()
      await poller.drain()
      expect(table.keys()).toEqual([['a']])
      expect(failures).toBeLessThanOrEqual(0)
    })
  }

  it('goes on where the poller before it stood', async () => {
    const table = await followedTable()
    await table.put('a')
    const first = table.poll()
    await first.drain()
    await first[Symbol.asyncDispose]()
    await table.put('b')
    await using second = table.poll()
    await second.drain()
    expect(table.keys()).toEqual([['a'], ['b']])
  })

  it('tells who drains it that the function failed, and hands the batch over again', async () => {
    let failures = 1
    const table = await followedTable(() =>
      failures-- > 0 ? { kind: 'failed', errorType: 'Error', errorMessage: 'lake is dry' } : done,
    )
    await table.put('a')
    await using poller = table.poll()
    await expect(poller.drain()).rejects.toThrow('lake is dry')
    await poller.drain()
    expect(table.keys()).toEqual([['a'], ['a']])
    expect(table.discarded).toEqual([])
  })
})
