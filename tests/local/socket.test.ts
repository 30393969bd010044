import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type HttpServer, serveHttp } from '../../src/platform/local/serve'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEnvelope, anEnvelopeText, anEvent } from '../support/envelopes'

const LIMIT = 256 * 1024

describe('over a real connection', () => {
  let app: TestApp
  let server: HttpServer
  beforeAll(async () => {
    app = await startTestApp({ config: { maxBodyBytes: LIMIT } })
    server = serveHttp({ host: '127.0.0.1', port: 0, fetch: app.app.fetch })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
  })

  const url = () => new URL('/caliper/v1p2/events', server.url)
  const headers = (more: Record<string, string> = {}) => ({
    ...app.as(),
    'Content-Type': 'application/json',
    ...more,
  })

  it('keeps the address that the connection came from', async () => {
    const event = anEvent()
    const body = JSON.stringify(anEnvelope([event]))
    const response = await fetch(url(), { method: 'POST', headers: headers(), body })
    expect(response.status).toBe(200)
    const record = await app.platform.events.get('default', event.id)
    expect(record?.server.ip).toBe('127.0.0.1')
  })

  it('reads a body of unknown length, plain or compressed', async () => {
    for (const [encoding, bytes] of [
      ['identity', Buffer.from(anEnvelopeText(20))],
      ['gzip', gzipSync(anEnvelopeText(20))],
    ] as const) {
      const response = await fetch(url(), {
        method: 'POST',
        headers: headers({ 'Content-Encoding': encoding }),
        body: new Blob([bytes]).stream(),
      })
      expect(await response.json()).toHaveProperty('eventCount', 20)
    }
  })

  it('answers 413 to who sends ten times the limit, whether it says so or not', async () => {
    const large = new Uint8Array(10 * LIMIT)
    for (const body of [large, new Blob([large]).stream()]) {
      const response = await fetch(url(), { method: 'POST', headers: headers(), body })
      await problemOf(response, 'too_large')
    }
  })

  it('goes on serving after a sender went away in the middle of its body', async () => {
    const head = Object.entries(headers({ Host: 'localhost', 'Content-Length': '1000' }))
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
    const socket = connect(Number(server.url.port), '127.0.0.1')
    await new Promise((resolve) =>
      socket.write(`POST ${url().pathname} HTTP/1.1\r\n${head}\r\n{"data":`, resolve),
    )
    await Bun.sleep(50)
    socket.destroy()
    await Bun.sleep(50)

    const response = await fetch(url(), {
      method: 'POST',
      headers: headers(),
      body: anEnvelopeText(),
    })
    expect(response.status).toBe(200)
    expect(app.logged).toEqual([])
    expect((await app.platform.quarantine.list('default', { limit: 1 })).items).toEqual([])
  })

  it('shares one key among many requests at a time', async () => {
    const replies = await Promise.all(
      Array.from({ length: 50 }, () =>
        fetch(url(), { method: 'POST', headers: headers(), body: anEnvelopeText(3) }),
      ),
    )
    for (const reply of replies) expect(await reply.json()).toMatchObject({ eventCount: 3 })
  })
})
