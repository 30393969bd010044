import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { request } from 'node:http'
import { anEnvelope, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'
import { type Client, clients } from './clients'

const folder = temporaryFolder()
let server: ServerProcess
beforeAll(async () => {
  server = await startServerProcess(folder.path)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

interface Reply {
  status: number
  body: string
}

/** With these headers and no others: `fetch` would add its own. */
function send({ headers, path }: Client, key: string, body: string): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const url = new URL(path?.(key) ?? '/caliper/v1p2/events', server.url)
  const length = { 'Content-Length': String(Buffer.byteLength(body)) }
  const outgoing = request(url, { method: 'POST', headers: { ...headers(key), ...length } })
  outgoing.on('error', reject)
  outgoing.on('response', (incoming) => {
    let text = ''
    incoming.setEncoding('utf8')
    incoming.on('data', (part: string) => {
      text += part
    })
    incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }))
  })
  outgoing.end(body)
  return promise
}

function isSuccess({ succeedsOn, parsesReply }: Client, { status, body }: Reply): boolean {
  if (!succeedsOn(status)) return false
  if (!parsesReply) return true
  try {
    JSON.parse(body)
    return true
  } catch {
    return false
  }
}

async function isHeld(id: string): Promise<boolean> {
  const headers = { Authorization: `Bearer ${server.key}` }
  const path = `/analytics/events/${encodeURIComponent(id)}`
  return (await fetch(new URL(path, server.url), { headers })).ok
}

for (const client of clients) {
  describe(client.name, () => {
    const bodyOf = (event: object) =>
      JSON.stringify(client.sends === 'event' ? event : anEnvelope([event]))

    it('sees success, and its event is held', async () => {
      const event = anEvent()
      const reply = await send(client, server.key, bodyOf(event))
      expect([reply.status, isSuccess(client, reply)]).toEqual([200, true])
      expect(await isHeld(event.id)).toBe(true)
    })

    it('sees success when it sends an event again', async () => {
      const body = bodyOf(anEvent())
      await send(client, server.key, body)
      expect(isSuccess(client, await send(client, server.key, body))).toBe(true)
    })

    it('sees success for an event that departs from the text, or cannot be kept', async () => {
      const departing = anEvent({ id: crypto.randomUUID(), profile: 'NoSuchProfile' })
      expect(isSuccess(client, await send(client, server.key, bodyOf(departing)))).toBe(true)
      expect(await isHeld(departing.id)).toBe(true)
      const untyped = bodyOf(anEvent({ type: undefined }))
      expect(isSuccess(client, await send(client, server.key, untyped))).toBe(true)
    })

    it('sees failure with a wrong key, unless it does not look', async () => {
      const event = anEvent()
      const reply = await send(client, 'nk_wrong', bodyOf(event))
      expect(reply.status).toBe(401)
      expect(isSuccess(client, reply)).toBe(client.name === 'caliper-js')
      expect(await isHeld(event.id)).toBe(false)
    })
  })
}

describe('a sender of much or little at once', () => {
  const sizes: [name: string, count: number, padding: number][] = [
    ['one event', 1, 0],
    ['an envelope of 1,000 events', 1000, 0],
    ['an envelope of just under 6 MB', 1000, 4300],
  ]
  for (const path of ['/caliper/v1p2/events', '/caliper/in/KEY']) {
    for (const [name, count, padding] of sizes) {
      it(`is taken with ${name} at ${path}`, async () => {
        const extensions = { padding: 'x'.repeat(padding) }
        const data = Array.from({ length: count }, () => anEvent({ extensions }))
        const body = JSON.stringify(anEnvelope(data))
        if (padding > 0) expect(body.length).toBeGreaterThan(5_200_000)
        const [client] = clients.filter(({ name }) => name.startsWith('caliper-net'))
        const at = { ...client!, path: (key: string) => path.replace('KEY', key) }
        const reply = await send(at, server.key, body)
        expect(reply.status).toBe(200)
        expect(JSON.parse(reply.body)).toMatchObject({ eventCount: count, quarantined: [] })
      })
    }
  }
})
