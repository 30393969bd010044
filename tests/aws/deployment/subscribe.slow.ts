import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createSubscriptions } from '../../../src/platform/aws/subscriptions'
import { systemClock } from '../../../src/platform/clock'
import { emulated } from '../../../tools/aws-local/emulators/start'
import { aDeployment, eventually } from '../../support/aws/deployment'
import { openSocket } from '../../support/sockets'

setDefaultTimeout(300_000) // the graph is synthesised and the emulators start, on whatever machine

let deployment: Awaited<ReturnType<typeof aDeployment>>
beforeAll(async () => {
  deployment = await aDeployment()
})
afterAll(() => deployment[Symbol.asyncDispose]())

async function ask(method: string, path: string, body: object = {}, key = deployment.keys.admin) {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
  const content = method === 'DELETE' ? {} : { body: JSON.stringify(body) }
  return fetch(deployment.url + path, { method, headers, ...content })
}

async function aKey(...scopes: string[]): Promise<{ id: string; key: string }> {
  const reply = await ask('POST', '/keys', { name: 'a reader', scopes, sourceId: 'demo' })
  expect([reply.status, reply.status === 201 ? '' : await reply.text()]).toEqual([201, ''])
  return (await reply.json()) as { id: string; key: string }
}

async function store(type: string, count = 1): Promise<string[]> {
  const events = Array.from({ length: count }, () => ({
    event_type: type,
    event_id: crypto.randomUUID(),
  }))
  expect((await deployment.call('POST', '/api/v1/events', events)).status).toBe(200)
  return events.map(({ event_id }) => event_id)
}

/** Opens a subscription, and says what to follow. */
async function subscribe(key: string, config: object) {
  const socket = await openSocket(`${deployment.socketUrl}/?protocol=subscribe&api_key=${key}`)
  socket.send(JSON.stringify(config))
  const confirmed = JSON.parse(await socket.next())
  const next = async () => JSON.parse(await socket.next()) as Record<string, unknown>
  return {
    socket,
    confirmed,
    next,
    async ids(count: number) {
      const ids: unknown[] = []
      while (ids.length < count) ids.push((await next()).id)
      return ids
    },
  }
}

describe('Subscriptions over the deployed WebSocket API', () => {
  it('are given what is stored, filtered, and go on after a position without a gap', async () => {
    const { key } = await aKey('events:read')
    const first = await subscribe(key, { event_types: ['wanted'] })
    expect(first.confirmed).toMatchObject({ status: 'subscribed' })
    await store('unwanted')
    const ids = await store('wanted', 3)
    const event = await first.next()
    expect(event).toMatchObject({ event_type: 'wanted', standard: 'native' })
    expect([event.id, ...(await first.ids(2))].toSorted()).toEqual(ids.toSorted())
    first.socket.send('{"type":"ping"}')
    expect(await first.next()).toEqual({ type: 'pong' })
    await first.socket[Symbol.asyncDispose]()

    const missed = await store('wanted', 2)
    await deployment.drain()
    const second = await subscribe(key, { event_types: ['wanted'], after: event.position })
    const later = await store('wanted')
    const given = await second.ids(5)
    expect(given.toSorted()).toEqual(
      [...ids.filter((id) => id !== event.id), ...missed, ...later].toSorted(),
    )
    expect(given.at(-1)).toBe(later[0])
    await second.socket[Symbol.asyncDispose]()
  })

  it('end within seconds of the end of their key, and are told why', async () => {
    const { id, key } = await aKey('events:read')
    const { socket, next } = await subscribe(key, {})
    const revokedAt = performance.now()
    expect((await ask('DELETE', `/keys/${id}`)).status).toBe(204)
    expect(await next()).toMatchObject({ status: 'error', code: 'unauthenticated' })
    await socket.closed
    expect(performance.now() - revokedAt).toBeLessThan(5000)
  })

  it('are refused in the handshake without the scope, and in words when they say what is wrong', async () => {
    const { key } = await aKey('events:write')
    const url = `${deployment.socketUrl}/?protocol=subscribe&api_key=`
    for (const bad of [key, 'nk_wrong', '']) {
      await expect(openSocket(url + bad)).rejects.toThrow('refused')
    }
    const reader = await aKey('events:read')
    const { confirmed, socket } = await subscribe(reader.key, { after: 'bm90.bm90' })
    expect(confirmed).toMatchObject({ status: 'error', code: 'invalid_cursor' })
    await socket.closed
  })

  it('leave nothing behind when they are closed', async () => {
    const { key } = await aKey('events:read')
    const { socket } = await subscribe(key, {})
    await socket[Symbol.asyncDispose]()
    const subscriptions = createSubscriptions({
      client: new DynamoDBClient({ region: emulated.region, endpoint: deployment.endpoint }),
      table: deployment.resources.liveTable,
      clock: systemClock,
    })
    await eventually(async () => (await subscriptions.list('default')).length === 0)
    expect(await subscriptions.state('default')).toMatchObject({ count: 0 })
  })

  it('asked nothing of AWS that the roles of the functions do not allow', () => {
    expect(deployment.logged.filter((line) => line.startsWith('IAM '))).toEqual([])
  })
})
