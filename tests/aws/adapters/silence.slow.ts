import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createServer, type Server, type Socket } from 'node:net'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../src/error/storage-error'
import { openServing } from '../../../src/platform/aws'
import type { Resources } from '../../../src/platform/aws/deployed/resources'
import { lazyBlobs, lazySecrets } from '../../../src/platform/aws/lazy'
import { systemClock as clock } from '../../../src/platform/clock'
import { silentLog as log } from '../../../src/telemetry/log'
import { withAnswers } from '../../support/aws/faults'

const sockets = new Set<Socket>()
/** A service that takes every connection and never says a word. */
const silent: Server = createServer((socket) => {
  sockets.add(socket)
  socket.on('error', () => {})
})

const before = { ...process.env }

beforeAll(async () => {
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  const endpoint = `http://127.0.0.1:${port}`
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_KMS: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
})

afterAll(() => {
  process.env = before
  for (const socket of sockets) socket.destroy()
  silent.close()
})

/** A table that holds a sealed root, so that KMS is what is waited for. */
const dynamo = withAnswers(new DynamoDBClient({ region: 'eu-central-1' }), () => ({
  Item: { sealed: { B: new Uint8Array(32) } },
}))
const resources = { registryTable: 't', blobsBucket: 'b', rootKeyId: 'k' } as Resources

const questions: [service: string, ask: () => Promise<unknown>][] = [
  ['DynamoDB', () => openServing(resources, { clock, log }).registry.tenants.get('school')],
  ['S3', () => lazyBlobs('bucket').put('spill/one', new Uint8Array(1))],
  ['KMS', () => lazySecrets({ dynamo, table: 't', keyId: 'k' }).derive('a', 32)],
]

// Three or four tries of the SDK, of five seconds at most.
for (const [service, ask] of questions) {
  it(`does not wait for ever when ${service} takes a request and does not answer`, async () => {
    const failure = await ask().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toMatchObject({ isRetriable: true })
  }, 80_000)
}
