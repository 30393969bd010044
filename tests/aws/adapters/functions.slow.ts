import { afterAll, expect, it, setDefaultTimeout, setSystemTime } from 'bun:test'
import { join } from 'node:path'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import type {
  DynamoDBBatchResponse,
  DynamoDBStreamEvent,
  LambdaFunctionURLEvent,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda'
import { Webhook } from 'standardwebhooks'
import { documentOf } from '../../../src/platform/aws/archive/document'
import { createBlobStore } from '../../../src/platform/aws/blob-store'
import type { Resources } from '../../../src/platform/aws/deployed/resources'
import { createEventStore } from '../../../src/platform/aws/event-store'
import type { RealtimeEvent } from '../../../src/platform/aws/lambda/realtime-handler'
import { createStatementStore } from '../../../src/platform/aws/statement-store'
import { systemClock } from '../../../src/platform/clock'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { pollStream } from '../../../tools/aws-local/stream-poller'
import { startAthena } from '../../support/aws/athena'
import { freshDeliveryStreams } from '../../support/aws/delivery-streams'
import {
  aDynamoDbClient,
  dynamoDbSettings,
  freshTable,
  ministackSettings,
} from '../../support/aws/emulators'
import { anSqsClient, freshDrainQueue, freshQueue } from '../../support/aws/queues'
import { urlEvent } from '../../support/aws/url-event'
import { anEnvelope, anEvent } from '../../support/envelopes'
import { aRecord } from '../../support/records'

// The doors as they are deployed, called with the events that AWS calls them with.

setDefaultTimeout(240_000)

const dynamo = await aDynamoDbClient()
const sqs = await anSqsClient()
const settings = await ministackSettings()
const lake = await freshDeliveryStreams()
const { KeyMetadata } = await new KMSClient(settings).send(new CreateKeyCommand({}))

const resources: Resources = {
  eventsTable: await freshTable(dynamo, 'events'),
  indexes: ['actor', 'time'],
  registryTable: await freshTable(dynamo, 'registry'),
  quarantineTable: await freshTable(dynamo, 'quarantine'),
  documentsTable: await freshTable(dynamo, 'documents'),
  statementsTable: await freshTable(dynamo, 'statements'),
  deliveriesTable: await freshTable(dynamo, 'deliveries'),
  liveTable: await freshTable(dynamo, 'live'),
  deliveryQueueUrl: await freshQueue(sqs),
  drainQueueUrl: await freshDrainQueue(sqs),
  blobsBucket: lake.bucket,
  archiveStreams: lake.streams,
  rootKeyId: KeyMetadata!.KeyId!,
  athenaWorkgroup: '',
  glueDatabase: '',
  questionsWorkgroup: '',
  settlingWorkgroup: '',
  lakeBucket: lake.bucket,
  // Of an API that has no connections: whoever is answered there is gone.
  connectionsEndpoint: `${settings.endpoint}/_aws/execute-api/none/test`,
}

// The lake is empty. An erasure asks it for the ids of what it is about to lose.
const athena = startAthena({ columns: [['event_id', 'varchar']] })
afterAll(() => athena[Symbol.asyncDispose]())

// As Lambda and SST set it.
Object.assign(process.env, {
  AWS_REGION: settings.region,
  AWS_ACCESS_KEY_ID: settings.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: settings.credentials.secretAccessKey,
  AWS_ENDPOINT_URL: settings.endpoint,
  AWS_ENDPOINT_URL_DYNAMODB: (await dynamoDbSettings()).endpoint,
  AWS_ENDPOINT_URL_ATHENA: athena.endpoint,
  SST_RESOURCE_App: JSON.stringify({ name: 'nonius', stage: 'test' }),
  SST_RESOURCE_Nonius: JSON.stringify(resources),
  NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1',
})

interface Door<Event, Answer> {
  handler(event: Event, context: object): Promise<Answer>
}
interface Reply {
  statusCode: number
  body: string
}

// By a name that the compiler does not follow: `Resource` has its types from the deployment's files.
const door = (name: string) => import(`../../../functions/${name}.ts`)
const api: Door<LambdaFunctionURLEvent, Reply> = await door('api')
const changes: Door<DynamoDBStreamEvent, DynamoDBBatchResponse> = await door('changes')
const deliver: Door<SQSEvent, SQSBatchResponse> = await door('deliver')
const sweep: Door<object, void> = await door('sweep')
const drain: Door<SQSEvent, SQSBatchResponse> = await door('drain')
const erase: Door<object, void> = await door('erase')
const realtime: Door<RealtimeEvent, { statusCode: number }> = await door('realtime')

/** Runs the command that gives out keys. @returns what it printed */
async function keysCommand(...args: string[]) {
  const file = join(import.meta.dir, '../../../tools/keys.ts')
  const command = Bun.spawn([process.execPath, file, ...args], {
    env: process.env,
    stderr: 'pipe',
  })
  return { stdout: await command.stdout.text(), stderr: await command.stderr.text() }
}

const first = await keysCommand()
const [, demoKey] = /^demo +(\S+)$/m.exec(first.stdout)!
const [, adminKey] = /^admin +(\S+)$/m.exec(first.stdout)!

async function call(method: string, path: string, body?: object, key = demoKey) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const content = body && { body: JSON.stringify(body) }
  const reply = await api.handler(urlEvent(method, path, { headers, ...content }), {})
  return { status: reply.statusCode, body: JSON.parse(reply.body) }
}

/** Gives the stream of the events table to `handle`, from its beginning. */
async function feed(handle: (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>) {
  const named = new DescribeTableCommand({ TableName: resources.eventsTable })
  const { Table } = await dynamo.send(named)
  const places = new Map<string, string>()
  await using poller = pollStream({
    client: new DynamoDBStreamsClient(await dynamoDbSettings()),
    streamArn: Table!.LatestStreamArn!,
    mapping: {
      ...{ batchSize: 500, window: 1, startingPosition: 'TRIM_HORIZON', patterns: [] },
      ...{ retries: 0, maximumAge: -1, bisects: true, reportsItemFailures: true },
    },
    checkpoints: { get: (id) => places.get(id), set: (id, to) => void places.set(id, to) },
    invoke: async (Records) => ({ kind: 'returned', payload: await handle({ Records }) }),
    async discard() {
      throw new Error('nothing is given up here')
    },
  })
  await poller.drain()
}

/** What waits in a queue, as Lambda hands it on. */
async function rung(QueueUrl = resources.deliveryQueueUrl): Promise<SQSEvent> {
  const input = { QueueUrl, MaxNumberOfMessages: 10 }
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(input))
  const Records = Messages.map(({ MessageId, Body, ReceiptHandle }) => ({
    ...{ messageId: MessageId!, body: Body!, receiptHandle: ReceiptHandle! },
  }))
  return { Records } as SQSEvent
}

/** A webhook's receiver. */
function startTarget() {
  const seen: { headers: Record<string, string>; body: string }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      seen.push({ headers: Object.fromEntries(request.headers), body: await request.text() })
      return new Response(null, { status: 204 })
    },
  })
  return { url: `${server.url}hook`, seen, [Symbol.asyncDispose]: () => server.stop(true) }
}

it('gives a fresh deployment its first keys, once, and further ones when asked', async () => {
  expect(first.stdout).toMatch(/^admin nk_\S+\ndemo {2}nk_\S+\n$/)
  const again = await keysCommand()
  expect(again).toMatchObject({ stdout: '', stderr: expect.stringContaining('already') })
  const further = await keysCommand('keys', 'create', '--name', 'moodle', '--source', 'moodle')
  const ask = (key: string) => call('GET', '/analytics/events?limit=1', undefined, key)
  expect((await ask(further.stdout.trim())).status).toBe(200)
  expect((await ask('nk_of_nobody')).status).toBe(401)
  expect((await keysCommand('keys', 'list')).stdout).toContain('moodle')
})

it('says that it is ready when its tables can be read', async () => {
  expect(await call('GET', '/ready')).toMatchObject({ status: 200, body: { status: 'ready' } })
})

it('carries an event from the address that takes it to the lake and to a webhook', async () => {
  await using target = startTarget()
  const registration = { name: 'all', targetUrl: target.url, events: ['*'] }
  const created = await call('POST', '/webhooks', registration)
  expect(created.status).toBe(201)

  const event = anEvent()
  const receipt = await call('POST', '/caliper/v1p2/events', anEnvelope([event, { bad: true }]))
  expect(receipt).toMatchObject({ status: 200, body: { eventIds: [event.id] } })
  expect(receipt.body.quarantined).toHaveLength(1)
  const read = await call('GET', `/analytics/events/${encodeURIComponent(event.id)}`)
  expect(read).toMatchObject({ status: 200, body: { id: event.id } })

  await feed((batch) => changes.handler(batch, {}))

  const [file] = await lake.objects('events/retention_class=standard/')
  expect(file).toEndWith('.parquet')
  const messages = await rung()
  expect(messages.Records).toHaveLength(1)
  expect(await deliver.handler(messages, {})).toEqual({ batchItemFailures: [] })
  const [delivered] = target.seen
  const verified = new Webhook(created.body.secret).verify(delivered!.body, delivered!.headers)
  expect(verified).toMatchObject({ type: 'events', data: [event] })
})

it('adds a statement to the record store of which its process had no more time than to store it', async () => {
  const { S3Client } = await import('@aws-sdk/client-s3')
  const blobs = createBlobStore({ client: new S3Client({}), bucket: resources.blobsBucket })
  const tokens = async () => createTokenSigner(new Uint8Array(32))
  const needs = { client: dynamo, blobs, tokens, clock: systemClock }
  const { eventsTable, indexes, statementsTable } = resources
  const eventId = crypto.randomUUID()
  const storedAt = new Date().toISOString()
  const statement = {
    id: eventId,
    actor: { mbox: 'mailto:ada@example.edu' },
    verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
    object: { id: 'https://example.edu/courses/1' },
  }
  const about = { eventId, storedAt, standard: 'xapi', standardVersion: '1.0.3' } as const
  const record = aRecord({ ...about, type: 'Statement', raw: JSON.stringify(statement) })
  await createEventStore({ ...needs, table: eventsTable, indexes }).append([record])

  await feed((batch) => changes.handler(batch, {}))

  const store = createStatementStore({ ...needs, table: statementsTable, maxReferrers: 1 })
  const held = await store.get(record.tenantId, eventId)
  expect(held).toMatchObject({ statementId: eventId, stored: storedAt, isVoided: false })
  expect(JSON.parse(held!.json)).toMatchObject(statement)
  const verb = { by: 'verb', value: statement.verb.id } as const
  const query = { finders: [verb], ascending: true }
  const page = await store.query(record.tenantId, query, { limit: 1, maxBytes: 100_000 })
  expect(page.statements).toEqual([held!])
})

it('takes up again a batch that Lambda gave up, and a record that was not converted', async () => {
  const { S3Client } = await import('@aws-sdk/client-s3')
  const blobs = createBlobStore({ client: new S3Client({}), bucket: resources.blobsBucket })
  const batches: DynamoDBStreamEvent[] = []
  await feed(async (batch) => {
    batches.push(batch)
    return { batchItemFailures: [] }
  })
  const key = 'aws/lambda/0c1d/shardId-1/2026/11/21/2026-11-21T09.00.00-1'
  await blobs.put(key, Buffer.from(JSON.stringify({ payload: JSON.stringify(batches[0]) })))
  const unconverted = 'errors/standard/format-conversion-failed/2026-11-21/one'
  const { bytes } = documentOf(aRecord({ eventId: 'not-converted' }))
  const rawData = Buffer.from(bytes).toString('base64')
  await blobs.put(unconverted, Buffer.from(`${JSON.stringify({ attemptsMade: 1, rawData })}\n`))
  const before = await lake.objects('events/retention_class=standard/')

  await sweep.handler({}, {})
  const work = await rung(resources.drainQueueUrl)
  expect(work.Records).toHaveLength(2)
  expect(await drain.handler(work, {})).toEqual({ batchItemFailures: [] })

  expect(await blobs.get(key)).toBeUndefined()
  expect(await blobs.get(unconverted)).toBeUndefined()
  expect(
    (await lake.objects('events/retention_class=standard/', before.length + 2)).length,
  ).toBeGreaterThan(before.length + 1)
})

it('erases a person where it may, and leaves the lake to the night', async () => {
  const event = anEvent()
  const actorId = (event.actor as { id?: string }).id ?? String(event.actor)
  const others = JSON.stringify(anEvent()).replaceAll(actorId, 'urn:of-another')
  const other = JSON.parse(others) as typeof event
  await call('POST', '/caliper/v1p2/events', anEnvelope([event, other]))
  const asked = { subject: { actorIds: [actorId] }, mode: 'delete', reason: 'asked for' }
  const begun = await call('POST', '/privacy/erasures', asked, adminKey)
  expect(begun).toMatchObject({ status: 202, body: { status: 'waiting' } })
  const path = `/privacy/erasures/${begun.body.id}`

  try {
    await erase.handler({}, {})
    // What passed the door before the tombstones stood is stored by then.
    setSystemTime(new Date(Date.now() + 60_000))
    await erase.handler({}, {})
  } finally {
    setSystemTime()
  }

  const read = (id: string) => call('GET', `/analytics/events/${encodeURIComponent(id)}`)
  expect((await read(event.id)).status).toBe(404)
  expect((await read(other.id)).status).toBe(200)
  expect((await call('GET', path, undefined, adminKey)).body.status).toBe('running')
  const { S3Client } = await import('@aws-sdk/client-s3')
  const blobs = createBlobStore({ client: new S3Client({}), bucket: resources.blobsBucket })
  const [waiting] = await blobs.list('lake/erasures/', 10)
  const request = JSON.parse(Buffer.from((await blobs.get(waiting!.key))!).toString())
  expect(request).toMatchObject({ id: begun.body.id, actorIds: [actorId], removed: 0 })

  const [asking] = athena.bodiesOf('StartQueryExecution')
  expect(JSON.stringify(asking)).toContain(actorId)

  // The night has been.
  const done = { ...request, actorIds: [], deletedAt: request.requestedAt, removed: 3 }
  await blobs.put(waiting!.key, Buffer.from(JSON.stringify(done)))
  await erase.handler({}, {})
  const { status, certificate } = (await call('GET', path, undefined, adminKey)).body
  expect(status).toBe('done')
  const place = JSON.stringify(certificate)
  expect(place).toContain('"place":"lake"')
  expect(place).toMatch(/"goneBy":"\d{4}-\d\d-\d\d"/)
})

it('takes events over a connection that was opened with a key, and over no other', async () => {
  const tell = (eventType: 'CONNECT' | 'MESSAGE', more: Partial<RealtimeEvent>) => {
    const domainName = 'abc.execute-api.us-east-1.amazonaws.com'
    return realtime.handler(
      { requestContext: { eventType, connectionId: 'c1', domainName }, ...more },
      {},
    )
  }
  const refused = await tell('CONNECT', { headers: { authorization: 'Bearer nk_of_nobody' } })
  expect(refused.statusCode).toBe(401)
  const opened = await tell('CONNECT', { headers: { authorization: `Bearer ${demoKey}` } })
  expect(opened.statusCode).toBe(200)
  const id = crypto.randomUUID()
  const event = { event_id: id, event_type: 'page_seen', user_id: 'u1' }
  expect((await tell('MESSAGE', { body: JSON.stringify(event) })).statusCode).toBe(200)
  expect(await call('GET', `/analytics/events/${id}`)).toEqual({ status: 200, body: event })
})
