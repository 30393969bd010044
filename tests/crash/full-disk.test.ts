import { expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'
import { fill, hasSmallDisks, smallDisk } from './support/small-disk'

it.skipIf(!hasSmallDisks())(
  'answers 503 while the disk is full, loses nothing it acknowledged, and recovers by itself',
  async () => {
    using folder = temporaryFolder()
    using _disk = smallDisk(folder.path, 24)
    await using server = await startServerProcess(folder.path)
    const headers = { authorization: server.key, 'content-type': 'application/json' }
    let sent = 0
    const acknowledged: string[] = []
    async function post() {
      const event_id = `native-${++sent}`
      const properties = { filler: randomBytes(60_000).toString('base64') }
      const body = JSON.stringify({ event_type: 'filled', event_id, properties })
      const reply = await fetch(`${server.url}/api/v1/events`, { method: 'POST', headers, body })
      const answer = (await reply.json()) as Record<string, unknown>
      if (reply.status === 200) acknowledged.push(event_id)
      return { reply, answer }
    }

    let refused = await post()
    while (refused.reply.status === 200 && sent < 1000) refused = await post()
    expect(refused.reply.status).toBe(503)
    expect(Number(refused.reply.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.reply.headers.get('content-type')).toContain('application/problem+json')
    expect(refused.answer).toMatchObject({ code: 'unavailable', status: 503 })
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    const ready = await fetch(`${server.url}/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.text()).toMatch(/disk: \d+ MB free/)
    expect(server.output()).toMatch(/full/i)

    for (const id of acknowledged) {
      const reply = await fetch(`${server.url}/analytics/events/${id}`, { headers })
      expect([id, reply.status]).toEqual([id, 200])
    }
    expect(server.process.exitCode).toBeNull()
  },
  60_000,
)

it.skipIf(!hasSmallDisks())(
  'takes events again once the disk has room',
  async () => {
    using folder = temporaryFolder()
    using _disk = smallDisk(folder.path, 32)
    await using server = await startServerProcess(folder.path)
    const headers = { authorization: server.key, 'content-type': 'application/json' }
    const post = (id: string) =>
      fetch(`${server.url}/api/v1/events`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          event_type: 'tried',
          event_id: id,
          properties: { x: id.repeat(1000) },
        }),
      })
    expect((await post('before')).status).toBe(200)
    const filled = fill(folder.path)
    const statuses = new Set<number>()
    for (let i = 0; i < 200 && !statuses.has(503); i++) {
      statuses.add(
        (await post(`during-${i}-${randomBytes(3000).toString('hex')}`.slice(0, 2000))).status,
      )
    }
    expect([...statuses]).toContain(503)
    expect((await fetch(`${server.url}/ready`)).status).toBe(503)
    filled[Symbol.dispose]()
    // Without an event in between, as behind a load balancer that has stopped sending any.
    expect(await (await fetch(`${server.url}/ready`)).text()).not.toMatch(/store:/)
    expect((await post('after')).status).toBe(200)
    for (const id of ['before', 'after']) {
      expect((await fetch(`${server.url}/analytics/events/${id}`, { headers })).status).toBe(200)
    }
  },
  60_000,
)
