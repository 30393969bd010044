import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createCaliperClient } from '../../packages/client/src/caliper'
import { createXapiClient } from '../../packages/client/src/xapi'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'

describe('the clients of the standards', () => {
  const folder = temporaryFolder()
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServerProcess(folder.path)
  })
  afterAll(async () => {
    await server?.kill()
    folder[Symbol.dispose]()
  })

  const stored = async (path: string, version = '') => {
    const headers = { authorization: `Bearer ${server.key}`, 'X-Experience-API-Version': version }
    const reply = await fetch(`${server.url}${path}`, { headers })
    expect(reply.status).toBe(200)
    return JSON.stringify(await reply.json())
  }

  it('bring events of Caliper in envelopes', async () => {
    const { url, key } = server
    const client = createCaliperClient({ url, key, sensor: 'https://quiz.example.edu/sensor' })
    const actor = { id: 'https://example.edu/users/1', type: 'Person' }
    const object = { id: 'https://example.edu/pages/1', type: 'Page' }
    for (let n = 0; n < 12; n++) client.send({ type: 'ViewEvent', action: 'Viewed', actor, object })
    client.send({ type: 'ViewEvent', action: 'Viewed', actor, object: 1n } as never)
    client.send(null as never)
    await client.close()
    const text = await stored('/analytics/events?limit=50')
    expect(text.match(/"type":"ViewEvent"/g)!.length).toBe(12)
  })

  it('bring statements of xAPI, and one that is refused holds up no other', async () => {
    const { url, key } = server
    const client = createXapiClient({ url, key })
    const actor = { mbox: 'mailto:ada@example.edu' }
    const verb = { id: 'https://example.edu/verbs/answered' }
    for (let n = 0; n < 12; n++) {
      const object = n === 5 ? { id: 'no IRI' } : { id: `https://example.edu/q/${n}` }
      client.send({ actor, verb, object })
    }
    await client.close()
    const text = await stored('/xapi/statements?limit=50', '1.0.3')
    const found = [...text.matchAll(/example\.edu\/q\/(\d+)/g)].map(([, n]) => Number(n))
    expect([...new Set(found)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11])
  })
})
