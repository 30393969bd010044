import { expect, it } from 'bun:test'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createRateTally } from './rates'

it('waits for a table that says nothing for as long as a sender can be made to, and no longer', async () => {
  const client = { send: () => new Promise(() => {}) } as unknown as DynamoDBClient
  const tally = createRateTally({ client, table: 'registry', clock: { now: () => new Date() } })
  const failure = await tally.add(['key', 'publish', 'key_1', ''], 1).catch((thrown) => thrown)
  expect(failure).toMatchObject({ name: 'StorageError', isRetriable: true })
})
