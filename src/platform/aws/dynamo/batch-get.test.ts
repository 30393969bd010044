import { describe, expect, it } from 'bun:test'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import { search } from '../quarantine/search'
import { batchGet } from './batch-get'

type Input = Record<string, unknown>

/** Makes a client that answers by what it is asked. */
function answering(answer: (input: Input) => unknown): DynamoDBClient {
  const send = async ({ input }: { input: Input }) => answer(input)
  return { send } as unknown as DynamoDBClient
}

const keys = Array.from({ length: 205 }, (_, n) => ({ pk: { S: `item#${n}` } }))
const keysIn = (input: Input) => (input.RequestItems as Record<string, { Keys: Input[] }>).t!.Keys

describe('a batch of reads', () => {
  it('asks for at most a hundred at a time, and again for what was left out', async () => {
    const sizes: number[] = []
    const client = answering((input) => {
      const asked = keysIn(input)
      sizes.push(asked.length)
      const done = asked.slice(0, 60)
      return { Responses: { t: done }, UnprocessedKeys: { t: { Keys: asked.slice(60) } } }
    })
    expect((await batchGet('reading', { client, table: 't' }, keys)) as unknown[]).toEqual(keys)
    expect(sizes.toSorted((a, b) => b - a)).toEqual([100, 100, 40, 40, 5])
  })

  it('gives up when nothing is answered, and says that waiting may help', async () => {
    const client = answering((input) => ({ UnprocessedKeys: { t: { Keys: keysIn(input) } } }))
    const asking = batchGet('reading', { client, table: 't' }, keys)
    const failure = await asking.catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', true)
  })
})

describe('a search for what is rare', () => {
  it('ends after twenty megabytes, with what was found and the place it came to', async () => {
    let queries = 0
    const client = answering(() => {
      queries += 1
      const Items = queries === 3 ? [{ sk: { S: 'found' }, quarantineId: { S: 'q_3' } }] : []
      return { Items, LastEvaluatedKey: { sk: { S: `place ${queries}` } } }
    })
    const asked = { tenantId: 'school', order: 'newest', limit: 10, after: undefined } as const
    const found = await search({ client, table: 't' }, { ...asked, filter: { code: 'rare' } })
    expect(found).toEqual({
      entries: [{ quarantineId: 'q_3', arrival: 'found' }],
      next: 'place 20',
    })
    expect(queries).toBe(20)
  })
})
