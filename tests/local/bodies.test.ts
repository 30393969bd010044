import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readConfig } from '../../src/config/read-config'
import { type Server, startServer } from '../../src/server'
import { bodies } from '../support/bodies'
import { temporaryFolder } from '../support/folders'
import { openSocket } from '../support/sockets'

const key = 'nk_of_the_demo_source'

const doors: [path: string, headers: Record<string, string>][] = [
  ['/caliper/v1p2/events', { 'Content-Type': 'application/json' }],
  [`/caliper/in/${key}`, { 'Content-Type': 'text/plain' }],
  ['/caliper/v1p2/events/validate', { 'Content-Type': 'application/json' }],
  ['/api/v1/events', { 'Content-Type': 'application/json' }],
  ['/api/v1/events', { 'Content-Type': 'application/x-ndjson' }],
]

describe('every door meets every body', () => {
  const folder = temporaryFolder()
  let server: Server
  beforeAll(async () => {
    const config = readConfig({
      NONIUS_PORT: '0',
      NONIUS_HOST: '127.0.0.1',
      NONIUS_DATA_DIR: folder.path,
      NONIUS_DEMO_KEY: key,
      NONIUS_ADMIN_KEY: 'nk_of_the_admin',
      NONIUS_LOG_LEVEL: 'error',
    })
    server = await startServer(config)
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  /** What may be said of events that were sent: all of them are held, or none was taken. */
  function expectAccount(path: string, status: number, reply: Record<string, unknown>) {
    if (path.endsWith('/validate') && typeof reply.valid === 'boolean') return
    if (status === 200) {
      expect(reply).toHaveProperty('eventIds')
      expect(reply).toHaveProperty('quarantined')
      return
    }
    if (status === 201) return void expect(reply).toHaveProperty('receipt.eventCount', 1)
    expect(reply.type).toStartWith('urn:nonius:error:')
    // What a known sender sent and nobody could read is kept; what was never taken in is sent again.
    if (status === 400 || status === 422) expect(reply).toHaveProperty('quarantineId')
    else expect([413, 415]).toContain(status)
  }

  for (const [path, headers] of doors) {
    const name = `${path.replace(key, '{key}')} as ${headers['Content-Type']}`
    for (const body of bodies) {
      it(`${name}: ${body.name}`, async () => {
        const reply = await fetch(new URL(path, server.url), {
          method: 'POST',
          headers: { Authorization: key, ...headers, ...body.headers },
          body: body.bytes(),
        })
        expect(body.statuses ?? [200, 201, 400, 413, 422]).toContain(reply.status)
        expectAccount(path, reply.status, (await reply.json()) as Record<string, unknown>)
      }, 60_000)
    }
  }

  for (const body of bodies.filter(({ headers }) => headers === undefined)) {
    it(`/ws/publish: ${body.name}`, async () => {
      const url = new URL('/ws/publish', server.url)
      await using socket = await openSocket(url, { headers: { Authorization: key } })
      socket.send(body.bytes())
      const answer = await Promise.race([socket.next(), socket.closed])
      // Far too large a message ends the connection before it has come whole.
      if (typeof answer !== 'string') return expect([1006, 1009]).toContain(answer.code)
      const { status, ...reply } = JSON.parse(answer)
      if (status !== 'error') return expectAccount('/ws/publish', 200, reply)
      expect(reply.message).toBeString()
      if (reply.code !== 'too_large') expect(reply).toHaveProperty('quarantineId')
    }, 60_000)
  }
})
