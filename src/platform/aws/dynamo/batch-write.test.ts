import { describe, expect, it } from 'bun:test'
import type { BatchWriteItemInput, DynamoDBClient, WriteRequest } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import { batchWrite } from './batch-write'

/** Makes a client that leaves out what it is told to. */
function leaving(left: (requests: WriteRequest[]) => WriteRequest[]) {
  const written: WriteRequest[] = []
  const sizes: number[] = []
  const send = async ({ input }: { input: BatchWriteItemInput }) => {
    const requests = input.RequestItems!.t!
    const out = left(requests)
    sizes.push(requests.length)
    written.push(...requests.filter((one) => !out.includes(one)))
    return { UnprocessedItems: out.length > 0 ? { t: out } : {} }
  }
  return { client: { send } as unknown as DynamoDBClient, table: 't', written, sizes }
}

const requests = Array.from({ length: 60 }, (_, n): WriteRequest => {
  return { PutRequest: { Item: { pk: { S: `item#${n}` } } } }
})

describe('a batch of writes', () => {
  it('has at most twenty-five requests, and is sent again for what was left out', async () => {
    const to = leaving((asked) => asked.slice(20))
    await batchWrite('writing', to, requests)
    expect(to.sizes.toSorted((a, b) => b - a)).toEqual([25, 25, 10, 5, 5])
    expect(new Set(to.written)).toEqual(new Set(requests))
  })

  it('fails, and may be tried again, when something is left out at every try', async () => {
    const to = leaving((asked) => asked.slice(0, 1))
    const failure = await batchWrite('writing', to, requests).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toMatchObject({
      isRetriable: true,
      message: expect.stringContaining('writing'),
    })
  })

  it('asks nothing when there is nothing to write', async () => {
    const to = leaving(() => [])
    await batchWrite('writing', to, [])
    expect(to.sizes).toEqual([])
  })
})
