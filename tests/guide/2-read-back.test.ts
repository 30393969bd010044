import { expect, it } from 'bun:test'
import { anEnvelope, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'

// Chapter 2: reading back. By who, what and when, in pages that stay in step while others send.

const ada = 'https://example.edu/users/ada'
const minute = (n: number) => `2026-11-21T09:${String(n).padStart(2, '0')}:00.000Z`

const fromAda = [0, 1, 2, 3, 4].map((n) =>
  anEvent({ actor: { id: ada, type: 'Person' }, eventTime: minute(n) }),
)

it('reads events back by filter, page by page, newest first', async () => {
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path)
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }

  async function send(data: unknown[]) {
    const body = JSON.stringify(anEnvelope(data))
    const init = { method: 'POST', headers, body }
    expect((await fetch(`${server.url}/caliper/v1p2/events`, init)).status).toBe(200)
  }
  async function get(path: string, query: Record<string, string> = {}) {
    const reply = await fetch(`${server.url}${path}?${new URLSearchParams(query)}`, { headers })
    const body = (await reply.json()) as Record<string, unknown>
    return { status: reply.status, body, nextCursor: String(body.nextCursor) }
  }
  await send([...fromAda, anEvent({ eventTime: minute(30) })])

  // Events come as they were sent.
  const all = await get('/analytics/events', { actorId: ada })
  expect(all.body).toEqual({ events: fromAda.toReversed() })

  // A time span includes its beginning and not its end.
  const span = await get('/analytics/events', { actorId: ada, from: minute(1), to: minute(3) })
  expect(span.body.events).toEqual([fromAda[2], fromAda[1]])

  // A page says how to go on, until the last. What arrives meanwhile does not shift the pages.
  const first = await get('/analytics/events', { actorId: ada, limit: '2' })
  expect(first.body.events).toEqual([fromAda[4], fromAda[3]])
  await send([anEvent({ actor: { id: ada, type: 'Person' }, eventTime: minute(59) })])
  const cursor = first.nextCursor
  const second = await get('/analytics/events', { actorId: ada, limit: '2', cursor })
  expect(second.body.events).toEqual([fromAda[2], fromAda[1]])
  const next = second.nextCursor
  const last = await get('/analytics/events', { actorId: ada, limit: '2', cursor: next })
  expect(last.body).toEqual({ events: [fromAda[0]] })

  // A cursor belongs to its query, and does not survive being edited.
  const stolen = await get('/analytics/events', { type: 'ViewEvent', limit: '2', cursor })
  expect(stolen).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })

  // The normalised record: the same few columns for every standard, and what the server saw.
  const record = await get('/analytics/events', { actorId: ada, limit: '1', view: 'record' })
  expect(record.body.events).toMatchObject([
    {
      kind: 'event',
      standard: 'caliper',
      standardVersion: '1.2',
      sourceId: 'demo',
      actorId: ada,
      eventTime: minute(59),
      receivedAt: expect.any(String),
      conformant: true,
    },
  ])

  // One event by its id.
  const { id } = fromAda[0] as { id: string }
  const one = await get(`/analytics/events/${encodeURIComponent(id)}`)
  expect(one).toMatchObject({ status: 200, body: fromAda[0]! })
  expect((await get('/analytics/events/nobody')).status).toBe(404)
}, 60_000)
