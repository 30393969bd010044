import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StorageError } from '../../../src/error/storage-error'
import { createIngestReading } from '../../../src/ingest/ingest-reading'
import { readSpilled } from '../../../src/ingest/spill'
import { openServing } from '../../../src/platform/aws'
import type { Resources } from '../../../src/platform/aws/deployed/resources'
import { metered } from '../../../src/platform/aws/lambda/metered'
import { systemClock as clock } from '../../../src/platform/clock'
import { readNative } from '../../../src/standards/native/parse'
import { silentLog as log } from '../../../src/telemetry/log'
import type { IngestMeasure } from '../../../src/telemetry/metrics'
import { memoryBlobs } from '../../support/blobs'
import { origin, receivedAt } from '../../support/ingest'

/** A table that says of each call that it is asked too often, as DynamoDB does. */
const refusal = JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' })
let asked = 0
const table: Server = createServer((request, response) => {
  asked += 1
  request.resume().on('end', () => {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(refusal)
  })
})

const before = { ...process.env }
beforeAll(async () => {
  await new Promise<void>((resolve) => table.listen(0, '127.0.0.1', resolve))
  const { port } = table.address() as AddressInfo
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
})
afterAll(() => {
  process.env = before
  table.closeAllConnections()
  table.close()
})

it('a sandbox spills at once while its table is busy, and what waits is counted as what is tried', async () => {
  const blobs = memoryBlobs()
  const measures: IngestMeasure[] = []
  const serving = {
    ...openServing({ eventsTable: 't', indexes: [] as string[] } as unknown as Resources, {
      clock,
      log,
    }),
    spill: blobs as typeof blobs | undefined,
    ...{ conformance: counts, activity: counts, typeCounts: undefined },
  } as never
  const metrics = { ingest: (measure: IngestMeasure) => void measures.push(measure) }
  const { platform, measured } = metered({ platform: serving, metrics })
  const config = { hotTtlDays: 30, xapiRetentionDays: 2555 }
  const ingest = createIngestReading({ ...platform, config, clock, log })
  const read = (...ids: string[]) => {
    const events = ids.map((event_id) => ({ event_type: 'click', event_id }))
    return readNative(JSON.stringify(events), { receivedAt, context: {} })
  }
  async function send(...ids: string[]) {
    const begun = performance.now()
    const { acceptedForLater } = await measured(() => ingest(read(...ids), origin))
    return { acceptedForLater, ms: performance.now() - begun }
  }

  const first = await send('a', 'b')
  expect(first.acceptedForLater).toBe(2)
  // The SDK by itself would have waited for three seconds and more.
  expect(first.ms).toBeLessThan(1500)
  const tries = asked
  expect(tries).toBeWithin(1, 12)
  const more = ['c', 'd', 'e', 'f', 'g']
  for (const id of more) expect(await send(id)).toMatchObject({ acceptedForLater: 1 })
  // On a slow machine it may be due to be asked again, once.
  expect(asked - tries).toBeLessThan(2)

  expect(measures.map(({ received, storeFailures }) => [received, storeFailures])).toEqual([
    [2, 1],
    ...more.map(() => [1, 1]),
  ])
  const waiting = await Promise.all([...blobs.held.values()].map(readSpilled))
  expect(waiting.flatMap(({ reading }) => reading.items.map(({ id }) => id)).sort()).toEqual([
    'a',
    'b',
    ...more,
  ])

  // With nowhere to put it, the table is asked after all, and what it says is said.
  blobs.put = () => Promise.reject(new StorageError('no bucket', { isRetriable: true }))
  const failure = await send('h').catch((thrown) => thrown)
  expect(failure).toBeInstanceOf(StorageError)
  expect(failure.isRetriable).toBe(true)
  expect(asked).toBeGreaterThan(tries)
})

const counts = { add() {}, settle: async () => {} }
