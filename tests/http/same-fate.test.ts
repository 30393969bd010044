import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { anEnvelope, anEvent } from '../support/envelopes'
import { type PublishTest, startPublishTest } from '../support/publish-api'

let test: PublishTest
beforeAll(async () => {
  test = await startPublishTest()
})
afterAll(() => test[Symbol.asyncDispose]())

interface Way {
  path: string
  type: string
}

/** How everything fared that a tenant has sent: what is stored, and what is in quarantine and why. */
async function fateOf(tenantId: string) {
  const { events, quarantine } = test.app.platform
  const stored = await events.query(tenantId, { kind: 'event' }, { limit: 100 })
  const { items } = await quarantine.list(tenantId, { limit: 100 })
  const held = items.map(({ scope, index, raw, errors, context }) => ({
    scope,
    index,
    raw,
    // A message has no header to be remembered by.
    context: { ...context, contentType: undefined },
    reasons: errors.map(({ path, code }) => ({ path, code })),
  }))
  const raws = stored.items.map(({ raw, standard, conformant }) => ({ raw, standard, conformant }))
  return { stored: sorted(raws), held: sorted(held) }
}

function sorted<T>(values: T[]): T[] {
  return values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

let tenants = 0
async function aTenant() {
  tenants += 1
  const tenantId = `tenant-${tenants}`
  return { tenantId, key: await test.app.issue(['events:write', 'quarantine:write'], tenantId) }
}

function post(key: string, body: string, { path, type }: Way) {
  const headers = { ...test.app.as(key), 'Content-Type': type }
  return test.app.request(path.replace('{key}', key), { method: 'POST', headers, body })
}

async function overHttp(body: string, way: Way) {
  const { tenantId, key } = await aTenant()
  await post(key, body, way)
  return fateOf(tenantId)
}

async function overWebSocket(body: string) {
  const { tenantId, key } = await aTenant()
  await using socket = await test.connect(key)
  socket.send(body)
  await socket.next()
  return fateOf(tenantId)
}

/** Sends while the source takes signed bodies only, and replays what was refused once it does not. */
async function replayedLater(send: (key: string) => Promise<{ quarantineId: string }>) {
  const { tenantId, key } = await aTenant()
  const { registry } = test.app.platform
  const createdAt = '2026-11-21T09:30:00.000Z'
  const source = { tenantId, sourceId: 'demo', name: 'Demo', createdAt }
  await registry.sources.put({ ...source, signing: { required: true, keys: [] } })
  const { quarantineId } = await send(key)
  await registry.sources.put(source)
  const json = { ...test.app.as(key), 'Content-Type': 'application/json' }
  const replayed = await test.app.request(`/quarantine/${quarantineId}/replay`, {
    method: 'POST',
    headers: json,
    body: '{}',
  })
  expect(replayed.status).toBe(200)
  return fateOf(tenantId)
}

function byReplay(body: string, way: Way) {
  return replayedLater(async (key) => {
    const refused = await post(key, body, way)
    expect(refused.status).toBe(401)
    return (await refused.json()) as { quarantineId: string }
  })
}

function byReplayOfMessage(body: string) {
  return replayedLater(async (key) => {
    await using socket = await test.connect(key)
    socket.send(body)
    return JSON.parse(await socket.next())
  })
}

const timestamp = '2026-11-21T09:30:00.000Z'
const click = (id: string, more = {}) => ({ event_type: 'click', event_id: id, timestamp, ...more })

const native: [what: string, body: string][] = [
  ['an event', JSON.stringify(click('1'))],
  ['an array with one that is none', JSON.stringify([click('1'), { timestamp: 'never' }, 7])],
  ['one id with two contents', JSON.stringify([click('1'), click('1', { user_id: 'u' })])],
  ['no event', '7'],
  ['no JSON', '{"event_type":'],
  ['a text', 'hello'],
  ['nothing in an array', '[]'],
]

const [good, other] = [anEvent(), anEvent()]
const untyped = { ...anEvent(), type: undefined }
const odd = { ...anEvent(), action: 'Danced' }
const caliper: [what: string, body: string][] = [
  ['an envelope', JSON.stringify(anEnvelope([good, odd, untyped, 7]))],
  ['one id with two contents', JSON.stringify(anEnvelope([good, { ...good, action: 'Viewed!' }]))],
  ['a version that nobody knows', JSON.stringify(anEnvelope([good], { dataVersion: 'urn:x' }))],
  ['no JSON', '{"data":['],
  [
    'a batch with one that cannot be read',
    JSON.stringify([anEnvelope([good, untyped]), { sensor: 'urn:x' }, anEnvelope([other])]),
  ],
  ['a batch of which none can be read', '[{"sensor":"urn:x"},{"data":7}]'],
]

const ways = {
  native: { path: '/api/v1/events', type: 'application/json' },
  caliper: { path: '/caliper/in/{key}', type: 'text/plain' },
  envelopes: { path: '/caliper/v1p2/events', type: 'application/json' },
}

describe('one body has one fate', () => {
  for (const [what, body] of native) {
    it(`native: ${what}, over HTTP, over a WebSocket and by replay`, async () => {
      const fate = await overHttp(body, ways.native)
      expect(fate.stored.length + fate.held.length).toBe(body === '[]' ? 0 : itemsOf(body))
      expect(await overWebSocket(body)).toEqual(fate)
      // An empty body that was refused whole stays for a person to see.
      if (body !== '[]') expect(await byReplay(body, ways.native)).toEqual(fate)
    })
  }

  for (const [what, body] of caliper) {
    it(`Caliper: ${what}, at either address and by replay`, async () => {
      const fate = await overHttp(body, ways.caliper)
      expect(fate.stored.length + fate.held.length).toBeGreaterThan(0)
      expect(await overHttp(body, ways.envelopes)).toEqual(fate)
      expect(await byReplay(body, ways.caliper)).toEqual(fate)
    })
  }

  it('native: lines over a WebSocket, which no header names, also by replay', async () => {
    const lines = [click('1'), { timestamp: 'never' }, click('2')]
    const body = lines.map((line) => JSON.stringify(line)).join('\n')
    const fate = await overWebSocket(body)
    expect(fate.stored).toHaveLength(2)
    expect(await byReplayOfMessage(body)).toEqual(fate)
  })
})

function itemsOf(body: string): number {
  try {
    const value: unknown = JSON.parse(body)
    return Array.isArray(value) ? value.length : 1
  } catch {
    return 1
  }
}
