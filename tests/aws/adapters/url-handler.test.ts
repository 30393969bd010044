import { describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { StorageError } from '../../../src/error/storage-error'
import { createApp } from '../../../src/http/app'
import { type Metered, metered } from '../../../src/platform/aws/lambda/metered'
import { createUrlHandler, MAX_REPLIED_BYTES } from '../../../src/platform/aws/lambda/url-handler'
import type { EventStore } from '../../../src/platform/event-store'
import type { Platform } from '../../../src/platform/platform'
import { createServices } from '../../../src/services'
import type { IngestMeasure } from '../../../src/telemetry/metrics'
import { startTestApp } from '../../support/app'
import { urlEvent } from '../../support/aws/url-event'
import { anEnvelope, anEvent } from '../../support/envelopes'
import { aRecord } from '../../support/records'

type Context = Parameters<ReturnType<typeof createUrlHandler>>[1]

/** The door of a function URL, before the app over the local platform. */
async function startDoor(store: (events: EventStore) => Partial<EventStore> = () => ({})) {
  const measures: IngestMeasure[] = []
  const settled: string[] = []
  let counted: Metered | undefined
  const test = await startTestApp({
    wrap(platform) {
      const events = { ...platform.events, ...store(platform.events) }
      const conformance = {
        ...platform.conformance,
        settle: async () => void settled.push('conformance'),
      }
      const activity = { ...platform.activity, settle: async () => void settled.push('activity') }
      const metrics = { ingest: (measure: IngestMeasure) => void measures.push(measure) }
      const counting = { conformance, activity }
      counted = metered({ platform: { ...platform, events, ...counting }, metrics })
      return counted.platform as Platform
    },
  })
  const options = { ...test.options, maxReplyBytes: MAX_REPLIED_BYTES }
  const services = createServices(counted!.platform, options)
  const { fetch } = createApp(services)
  const handler = createUrlHandler({ fetch, measured: counted!.measured })
  const call = async (event: LambdaFunctionURLEvent) => {
    const { statusCode, headers, body, isBase64Encoded } = await handler(event, {} as Context)
    return { statusCode, headers: headers!, body, isBase64Encoded }
  }
  const post = (events: unknown[], headers: Record<string, string> = {}) =>
    call(
      urlEvent('POST', '/caliper/v1p2/events', {
        headers: { ...test.as(), 'content-type': 'application/json', ...headers },
        body: JSON.stringify(anEnvelope(events)),
      }),
    )
  return {
    ...test,
    call,
    post,
    measures,
    settled,
    async [Symbol.asyncDispose]() {
      await services[Symbol.asyncDispose]()
      await test[Symbol.asyncDispose]()
    },
  }
}

describe('the door of a function URL', () => {
  it('answers what the app answers', async () => {
    await using door = await startDoor()
    const health = await door.call(urlEvent('GET', '/health'))
    expect(health).toMatchObject({
      statusCode: 200,
      body: '{"status":"ok"}',
      isBase64Encoded: false,
    })
    const missing = await door.call(urlEvent('GET', '/nowhere'))
    expect(missing.statusCode).toBe(404)
    expect(missing.headers['content-type']).toBe('application/problem+json')
  })

  it('takes events as text and as bytes, and stamps them with the address that AWS saw', async () => {
    await using door = await startDoor()
    const [asText, asBytes] = [anEvent(), anEvent()]
    expect((await door.post([asText], { 'x-forwarded-for': '192.0.2.66' })).statusCode).toBe(200)
    const zipped = await door.call(
      urlEvent('POST', '/caliper/v1p2/events', {
        headers: {
          ...door.as(),
          'content-type': 'application/json',
          'content-encoding': 'gzip',
        },
        body: gzipSync(JSON.stringify(anEnvelope([asBytes]))).toString('base64'),
        isBase64Encoded: true,
      }),
    )
    expect(zipped.statusCode).toBe(200)
    for (const { id } of [asText, asBytes]) {
      const record = await door.platform.events.get('default', id)
      expect(record?.server.ip).toBe('203.0.113.9')
    }
  })

  it('sends what is not text as bytes in base64', async () => {
    await using door = await startDoor()
    const { body: page } = await door.call(urlEvent('GET', '/docs'))
    const [, path] = /src="([^"]+\.js)"/.exec(page)!
    const script = await door.call(
      urlEvent('GET', path!, { headers: { 'accept-encoding': 'gzip' } }),
    )
    expect(script).toMatchObject({ statusCode: 200, isBase64Encoded: true })
    expect([...Buffer.from(script.body, 'base64').subarray(0, 2)]).toEqual([0x1f, 0x8b])
  })

  it('takes and gives attachments of statements, whatever bytes they have', async () => {
    await using test = await startDoor()
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, n) => n % 256))
    const sha2 = createHash('sha256').update(bytes).digest('hex')
    const statement = {
      actor: { mbox: 'mailto:ada@example.edu' },
      verb: { id: 'http://adlnet.gov/expapi/verbs/attended' },
      object: { id: 'https://example.edu/lectures/1' },
      attachments: [
        {
          usageType: 'https://example.edu/noise',
          display: { en: 'Noise' },
          contentType: 'application/octet-stream',
          length: bytes.length,
          sha2,
        },
      ],
    }
    const head = [
      '--x',
      'Content-Type: application/json',
      '',
      JSON.stringify(statement),
      '--x',
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: binary',
      `X-Experience-API-Hash: ${sha2}`,
      '',
      '',
    ]
    const body = Buffer.concat([
      Buffer.from(head.join('\r\n')),
      bytes,
      Buffer.from('\r\n--x--\r\n'),
    ])
    const headers = { ...test.as(), 'x-experience-api-version': '1.0.3' }
    const sent = await test.call(
      urlEvent('POST', '/xapi/statements', {
        headers: { ...headers, 'content-type': 'multipart/mixed; boundary=x' },
        body: body.toString('base64'),
        isBase64Encoded: true,
      }),
    )
    expect([sent.statusCode, JSON.parse(sent.body)]).toEqual([200, [expect.any(String)]])

    const found = await test.call(urlEvent('GET', '/xapi/statements?attachments=true', { headers }))
    expect(found.statusCode).toBe(200)
    expect(found.headers['content-type']).toStartWith('multipart/mixed')
    expect(found.isBase64Encoded).toBe(true)
    expect(Buffer.from(found.body, 'base64').includes(bytes)).toBe(true)
  })

  it('ends pages where Lambda could send no more, whatever is in them', async () => {
    await using door = await startDoor()
    // Each quotation mark is two bytes of JSON, and four where that is text in JSON.
    const raw = () => JSON.stringify({ text: '"'.repeat(300_000) })
    await door.platform.events.append(Array.from({ length: 12 }, () => aRecord({ raw: raw() })))
    for (const view of ['sent', 'record']) {
      let seen = 0
      let cursor = ''
      do {
        const path = `/analytics/events?limit=1000&view=${view}${cursor && `&cursor=${cursor}`}`
        const reply = await door.call(urlEvent('GET', path, { headers: door.as() }))
        expect(reply.statusCode).toBe(200)
        const { events, nextCursor = '' } = JSON.parse(reply.body)
        expect(events.length).toBeLessThan(6)
        seen += events.length
        cursor = nextCursor
      } while (cursor !== '')
      expect(seen).toBe(12)
    }
  })

  it('packs what it could not send otherwise, and says how to get it to who does not take that', async () => {
    await using door = await startDoor()
    const raw = JSON.stringify({ text: '"'.repeat(1_800_000) })
    await door.platform.events.append([aRecord({ raw })])
    const get = (encoding: string) => {
      const headers = { ...door.as(), 'accept-encoding': encoding }
      return door.call(urlEvent('GET', '/analytics/events', { headers }))
    }
    const refused = await get('identity')
    expect(refused.statusCode).toBe(400)
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'invalid_request', status: 400 })
    expect(JSON.parse(refused.body).detail).toContain('Accept-Encoding: gzip')

    const reply = await get('br, gzip')
    expect(reply).toMatchObject({ statusCode: 200, isBase64Encoded: true })
    expect(reply.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
    const text = gunzipSync(Buffer.from(reply.body, 'base64')).toString()
    expect(text).toBe(`{"events":[${raw}]}`)
  })

  it('packs what is large for whoever takes that, since bytes that leave cost most', async () => {
    await using door = await startDoor()
    const get = (path: string, accepted: string) =>
      door.call(urlEvent('GET', path, { headers: { ...door.as(), 'accept-encoding': accepted } }))
    const plain = await get('/openapi.json', 'br, gzip;q=0, deflate')
    expect(plain.isBase64Encoded).toBe(false)
    for (const accepted of ['gzip', 'gzip;q=0.5, br', 'br;q=0, gzip;q=1.0']) {
      const packed = await get('/openapi.json', accepted)
      expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip' })
      expect(packed.body.length).toBeLessThan(200_000)
      expect(gunzipSync(Buffer.from(packed.body, 'base64')).toString()).toBe(plain.body)
    }
    // Nothing small is packed, and no other header is lost: a page of another origin asks here.
    expect((await get('/health', 'gzip')).isBase64Encoded).toBe(false)
    await door.post(Array.from({ length: 100 }, anEvent))
    const page = await door.call(
      urlEvent('GET', '/analytics/events?limit=1000', {
        headers: { ...door.as(), 'accept-encoding': 'gzip', origin: 'https://a.example' },
      }),
    )
    expect(page.isBase64Encoded).toBe(true)
    expect(page.headers.vary).toContain('Accept-Encoding')
  })

  it('tells whoever brought more than can be named that all of it is stored', async () => {
    await using door = await startDoor()
    // In JSON each quotation mark takes two bytes, and four where that JSON is text in JSON.
    const long = '"'.repeat(1900)
    const ids = Array.from({ length: 1500 }, (_, n) => `${long}${n}`)
    const body = JSON.stringify(ids.map((event_id) => ({ event_type: 'a', event_id })))
    const headers = { ...door.as(), 'content-type': 'application/json' }
    const reply = await door.call(urlEvent('POST', '/api/v1/events', { headers, body }))
    expect(reply.statusCode).toBe(200)
    expect(JSON.parse(reply.body)).toMatchObject({ eventCount: 1500, eventIds: [], duplicates: 0 })
    expect(await door.platform.events.get('default', ids.at(-1)!)).toBeDefined()
  })

  it('settles after every request', async () => {
    await using door = await startDoor()
    await door.post([anEvent()])
    await door.call(urlEvent('GET', '/health'))
    const each = ['conformance', 'activity']
    expect(door.settled).toEqual([...each, ...each])
  })
})

describe('the measures of a request', () => {
  const down: Partial<EventStore> = {
    append: async () => {
      throw new StorageError('down', { isRetriable: true })
    },
  }

  it('count what came and what became of it, once for each request that brought something', async () => {
    await using door = await startDoor()
    const event = anEvent()
    await door.post([event, anEvent(), { type: 'Nothing' }])
    await door.post([{ ...event, action: 'Changed' }])
    await door.call(urlEvent('GET', '/health'))
    expect(door.measures).toMatchObject([
      { received: 3, rejected: 1, storeFailures: 0 },
      { received: 1, rejected: 1, storeFailures: 0 },
    ])
    for (const { ingestMs } of door.measures) expect(ingestMs).toBeGreaterThan(0)
  })

  it('count a body that nobody can read as one that is rejected', async () => {
    await using door = await startDoor()
    const headers = { ...door.as(), 'content-type': 'application/json' }
    await door.call(urlEvent('POST', '/caliper/v1p2/events', { headers, body: '{' }))
    expect(door.measures).toMatchObject([{ received: 1, rejected: 1, storeFailures: 0 }])
  })

  it('tell when the store could not take it', async () => {
    await using door = await startDoor(() => down)
    expect((await door.post([anEvent(), anEvent()])).statusCode).toBe(503)
    expect(door.measures).toMatchObject([{ received: 2, rejected: 0, storeFailures: 1 }])
  })

  it('do not count again what was tried again', async () => {
    let calls = 0
    await using door = await startDoor((events) => ({
      async append(records) {
        calls += 1
        if (calls === 1) return records.map(() => ({ kind: 'throttled' as const }))
        return events.append(records)
      },
    }))
    expect((await door.post([anEvent(), anEvent()])).statusCode).toBe(200)
    expect(door.measures).toMatchObject([{ received: 2, rejected: 0, storeFailures: 0 }])
  })

  it('stores statements as a whole, and counts those that it could not', async () => {
    await using door = await startDoor()
    const verb = (name: string) => ({ id: `http://adlnet.gov/expapi/verbs/${name}` })
    const statement = (id: number, name = 'passed') => ({
      id: `00000000-0000-4000-8000-00000000000${id}`,
      actor: { mbox: 'mailto:ada@example.edu' },
      verb: verb(name),
      object: { id: 'https://example.edu/courses/1' },
    })
    const send = (body: unknown) =>
      door.call(
        urlEvent('POST', '/xapi/statements', {
          headers: {
            ...door.as(),
            'content-type': 'application/json',
            'x-experience-api-version': '1.0.3',
          },
          body: JSON.stringify(body),
        }),
      )
    expect((await send(statement(1))).statusCode).toBe(200)
    expect((await send([statement(2), statement(1, 'failed')])).statusCode).toBe(409)
    expect(await door.platform.events.get('default', statement(2).id)).toBeUndefined()
    const many = Array.from({ length: 2049 }, () => ({ ...statement(3), id: undefined }))
    expect((await send(many)).statusCode).toBe(413)
    const storeFailures = door.measures.map((measure) => measure.storeFailures)
    expect(storeFailures).toEqual(storeFailures.map(() => 0))
    expect(door.measures[1]).toMatchObject({ received: 2, rejected: 2 })
  })
})
