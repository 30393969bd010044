import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { Webhook } from 'standardwebhooks'
import { laneOf, lanePrefix, SPILL_PREFIX } from '../../../src/ingest/draining'
import { writeSpilled } from '../../../src/ingest/spill'
import { createBlobStore } from '../../../src/platform/aws/blob-store'
import { readNative } from '../../../src/standards/native/parse'
import { emulated } from '../../../tools/aws-local/emulators/start'
import { aDeployment, endpoints, eventually } from '../../support/aws/deployment'
import { aReceiver } from '../../support/deliveries'
import { anEnvelope, anEvent } from '../../support/envelopes'
import { repository, start } from '../../support/program'
import { openSocket } from '../../support/sockets'

setDefaultTimeout(300_000) // the graph is synthesised and the emulators start, on whatever machine

let deployment: Awaited<ReturnType<typeof aDeployment>>
let ministack: string
beforeAll(async () => {
  ministack = (await endpoints()).ministack
  deployment = await aDeployment({ environment: { NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1' } })
})
afterAll(() => deployment[Symbol.asyncDispose]())

async function post(events: object[]) {
  const reply = await deployment.call('POST', '/caliper/v1p2/events', anEnvelope(events))
  expect(reply.status).toBe(200)
  return (await reply.json()) as { eventCount: number; duplicates: number }
}

/** The bucket of blobs, as whoever may do everything. */
function aBlobStore() {
  const { credentials, region } = emulated
  const endpoint = ministack
  const client = new S3Client({ credentials, region, endpoint, forcePathStyle: true })
  return createBlobStore({ client, bucket: deployment.resources.blobsBucket })
}

describe('The deployment on one machine', () => {
  it('takes events in through its URL, and gives them back', async () => {
    const event = anEvent()
    expect(await post([event])).toMatchObject({ eventCount: 1, duplicates: 0 })
    expect(await post([event])).toMatchObject({ eventCount: 1, duplicates: 1 })
    const path = `/analytics/events/${encodeURIComponent(event.id)}`
    const reply = await deployment.call('GET', path)
    expect([reply.status, await reply.json()]).toEqual([200, event as never])
  })

  it('drains what was spilled once the sweep has found it', async () => {
    const blobs = aBlobStore()
    const ids = Array.from({ length: 20 }, (_, at) => `spilled-${at}`)
    for (const id of ids) {
      const receivedAt = new Date().toISOString()
      const body = JSON.stringify([{ event_type: 'click', event_id: id, user_id: id }])
      const reading = readNative(body, { receivedAt, context: {} })
      const server = { requestId: id }
      const arrival = { tenantId: 'default', sourceId: 'demo', receivedAt, server }
      const lane = lanePrefix(laneOf(arrival, reading))
      await blobs.put(`${lane}${receivedAt}-${id}`, await writeSpilled({ reading, arrival }))
    }
    await deployment.functionNamed('Sweep').invoke({})
    await eventually(async () => (await blobs.list(SPILL_PREFIX, 1)).length === 0)
    for (const id of [ids[0]!, ids.at(-1)!]) {
      const reply = await deployment.call('GET', `/analytics/events/${id}`)
      expect([id, reply.status]).toEqual([id, 200])
    }
  })

  it('archives what it stored as Parquet, under the class and the hour', async () => {
    await post([anEvent()])
    await deployment.drain()
    const { credentials, region } = emulated
    const s3 = new S3Client({ credentials, region, endpoint: ministack, forcePathStyle: true })
    const list = new ListObjectsV2Command({ Bucket: deployment.lakeBucket, Prefix: 'events/' })
    await eventually(async () => Boolean((await s3.send(list)).Contents?.length))
    const { Contents = [] } = await s3.send(list)
    for (const { Key } of Contents) {
      expect(Key).toMatch(
        /^events\/retention_class=standard\/day=\d{4}-\d\d-\d\d\/hour=\d\d\/[^/]+\.parquet$/,
      )
    }
  })

  it('sends a webhook, signed', async () => {
    await using receiver = aReceiver()
    const settings = { name: 'All', targetUrl: receiver.url, events: ['*'] }
    const made = await deployment.call('POST', '/webhooks', settings)
    const { id, secret } = (await made.json()) as { id: string; secret: string }
    const event = anEvent()
    await post([event])
    await deployment.drain()
    await eventually(() => receiver.received.length > 0)
    const { headers, body } = receiver.received[0]!
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({ data: [{ id: event.id }] })
    const sent = { status: 'delivered', responseStatus: 200, eventIds: [event.id] }
    await eventually(async () => (await deliveriesOf(id))[0]?.status === 'delivered')
    expect(await deliveriesOf(id)).toMatchObject([sent])
  })

  it('sends a webhook again what arrived before it was made', async () => {
    const from = new Date(Date.now() - 60_000).toISOString()
    const event = anEvent()
    await post([event])
    await using receiver = aReceiver()
    const settings = { name: 'Late', targetUrl: receiver.url, events: ['*'] }
    const made = await deployment.call('POST', '/webhooks', settings)
    const { id } = (await made.json()) as { id: string }
    const reply = await deployment.call('POST', `/webhooks/${id}/replay`, { from })
    expect(reply.status).toBe(202)
    const { id: replayId } = (await reply.json()) as { id: string }
    await eventually(async () => {
      const shown = await deployment.call('GET', `/webhooks/${id}/replays/${replayId}`)
      return ((await shown.json()) as { status: string }).status === 'done'
    })
    await eventually(() => receiver.received.some(({ body }) => body.includes(event.id)))
  })

  it('switches off a webhook whose target says that it is gone, and goes on once it is enabled', async () => {
    let status = 410
    await using receiver = aReceiver(() => new Response(null, { status }))
    const settings = { name: 'Gone', targetUrl: receiver.url, events: ['*'] }
    const made = await deployment.call('POST', '/webhooks', settings)
    const { id } = (await made.json()) as { id: string }
    await post([anEvent()])
    await deployment.drain()
    await eventually(async () => {
      const shown = await deployment.call('GET', `/webhooks/${id}`)
      return ((await shown.json()) as { enabled: boolean }).enabled === false
    })
    await eventually(async () => (await deliveriesOf(id))[0]?.status === 'held')
    status = 200
    const enabled = await deployment.call('PATCH', `/webhooks/${id}`, { enabled: true })
    expect(enabled.status).toBe(200)
    await deployment.drain()
    await eventually(async () => (await deliveriesOf(id))[0]?.status === 'delivered')
    expect(receiver.received).toHaveLength(2)
  })

  async function deliveriesOf(id: string) {
    const listed = await deployment.call('GET', `/webhooks/${id}/deliveries`)
    return ((await listed.json()) as { deliveries: { status: string }[] }).deliveries
  }

  it('takes events in over WebSocket, from who has a key', async () => {
    const url = `${deployment.socketUrl}/ws/publish`
    await using socket = await openSocket(url, {
      headers: { Authorization: `Bearer ${deployment.keys.demo}` },
    })
    socket.send(JSON.stringify({ event_type: 'page_view' }))
    expect(JSON.parse(await socket.next())).toMatchObject({ eventCount: 1 })
    await expect(openSocket(url)).rejects.toThrow('refused')
  })

  it('counts by type within five seconds of arrival, and again nothing', async () => {
    async function secondsUntilCounted(event_type: string): Promise<number> {
      const event = { event_type, id: `of-${event_type}` }
      const reply = await deployment.call('POST', '/api/v1/events', [event, { event_type }])
      expect(reply.status).toBe(200)
      const begun = performance.now()
      await eventually(async () => {
        const stats = (await (await deployment.call('GET', '/api/v1/stats')).json()) as Stats
        const count = stats.by_type.find((one) => one.event_type === event_type)?.count
        return count === 2
      })
      const seconds = (performance.now() - begun) / 1000
      await deployment.call('POST', '/api/v1/events', [event])
      return seconds
    }
    interface Stats {
      by_type: { event_type: string; count: number }[]
    }
    const seconds: number[] = []
    // The first calls start processes; this machine may have other work.
    for (const name of ['one', 'two', 'three']) seconds.push(await secondsUntilCounted(name))
    expect(Math.min(...seconds)).toBeLessThan(5)
    await deployment.drain()
    const stats = (await (await deployment.call('GET', '/api/v1/stats')).json()) as Stats
    for (const name of ['one', 'two', 'three']) {
      expect(stats.by_type).toContainEqual(expect.objectContaining({ event_type: name, count: 2 }))
    }
  })

  it('keeps every promise that a maintainer asks a real one for', async () => {
    const { url, keys } = deployment
    const command = [process.execPath, 'tools/smoke/main.ts', url, keys.demo]
    const smoke = await start(command, { cwd: repository }).finished
    expect(smoke.stdout).not.toContain('FAIL')
    expect(smoke.stdout).toMatch(/(\d+) of \1 promises kept/)
    expect(smoke.exitCode).toBe(0)
  })

  it('forgets and gathers what it is asked to, each by the function that may', async () => {
    const admin = async (method: string, path: string, body?: object) => {
      const headers = {
        Authorization: `Bearer ${deployment.keys.admin}`,
        'Content-Type': 'application/json',
      }
      const content = body && { body: JSON.stringify(body) }
      const reply = await fetch(deployment.url + path, { method, headers, ...content })
      expect({ path, status: reply.status, ok: reply.ok }).toMatchObject({ ok: true })
      return (await reply.json()) as {
        id: string
        items: object[]
        places: { place: string; removed: number }[]
      }
    }
    // Too large for an item: the body is among the blobs, and so is what is kept of the other in quarantine.
    const noise = randomBytes(400_000).toString('base64')
    const actor = { id: 'https://example.edu/people/to-be-erased', type: 'Person' }
    await post([anEvent({ actor, extensions: { noise } })])
    const broken = anEnvelope([{ ...anEvent(), type: 'NoSuchEvent', extensions: { noise } }])
    await deployment.call('POST', '/caliper/v1p2/events', broken)
    expect((await admin('GET', '/quarantine')).items.length).toBeGreaterThan(0)
    await deployment.drain()

    const actorIds = [actor.id]
    const erasure = await admin('POST', '/privacy/erasures', {
      subject: { actorIds },
      reason: 'asked for',
    })
    const subject = { actorIds }
    const request = await admin('POST', '/privacy/access-requests', { subject, format: 'zip' })
    const begun = { format: 'jsonl', filters: { from: '2026-11-01', to: '2026-11-30' } }
    const file = await admin('POST', '/analytics/export', begun)
    // What they ask of Athena has no answer here.
    for (const name of ['Sweep', 'Settle']) await deployment.functionNamed(name).invoke({})
    // It waits for writes that were under way, and then looks in one place after another, up to the lake.
    await eventually(async () => {
      await deployment.functionNamed('Erase').invoke({})
      const { places } = await admin('GET', `/privacy/erasures/${erasure.id}`)
      return places.some(({ place, removed }) => place === 'events' && removed > 0)
    })
    await admin('GET', `/privacy/access-requests/${request.id}`)
    await admin('GET', `/analytics/exports/${file.id}`)
  })

  it('asked nothing of AWS that the roles of its functions do not allow', () => {
    // No Athena answers beside these functions: its proxy knows nothing of it, and refuses.
    const refused = deployment.logged.filter(
      (line) => line.startsWith('IAM ') && !/perform: athena:/.test(line),
    )
    expect(refused).toEqual([])
  })
})

describe("A function's role", () => {
  /** Settings of a client that acts in the name of a function. */
  function as(name: string) {
    const { AWS_ACCESS_KEY_ID = '' } = deployment.functionNamed(name).spec.environment
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: 'local' }
    return { credentials, region: emulated.region, endpoint: deployment.endpoint }
  }

  it('is refused what it does not need, in the words of AWS', async () => {
    const { eventsTable, archiveStreams } = deployment.resources
    const write = new PutItemCommand({ TableName: eventsTable, Item: { k: { S: 'x' } } })
    const sentence = `Deliver.*/local is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/${eventsTable}`
    const refused = new DynamoDBClient(as('Deliver')).send(write)
    await expect(refused).rejects.toThrow(new RegExp(sentence))
    await expect(refused).rejects.toHaveProperty('name', 'AccessDeniedException')

    const [DeliveryStreamName] = archiveStreams.standard
    const Records = [{ Data: Buffer.from('{}') }]
    const archive = new PutRecordBatchCommand({ DeliveryStreamName, Records })
    await expect(new FirehoseClient(as('Api')).send(archive)).rejects.toThrow('not authorized')
  })

  it('is told that an object is missing only when it may list the bucket', async () => {
    const missing = { Key: 'bodies/nowhere' }
    const api = new S3Client(as('Api'))
    const own = new GetObjectCommand({ Bucket: deployment.resources.blobsBucket, ...missing })
    await expect(api.send(own)).rejects.toHaveProperty('name', 'NoSuchKey')
    const foreign = new GetObjectCommand({ Bucket: deployment.lakeBucket, ...missing })
    await expect(api.send(foreign)).rejects.toHaveProperty('name', 'AccessDenied')
  })

  it('is needed: a key that nobody knows opens nothing', async () => {
    const settings = { ...as('Api'), credentials: { accessKeyId: 'x', secretAccessKey: 'x' } }
    const read = new ListObjectsV2Command({ Bucket: deployment.lakeBucket })
    await expect(new S3Client(settings).send(read)).rejects.toHaveProperty(
      'name',
      'InvalidAccessKeyId',
    )
  })
})
