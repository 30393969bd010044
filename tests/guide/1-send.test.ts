import { expect, it } from 'bun:test'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'

// Chapter 1: sending. Start a server, send it a Caliper envelope, read the receipt.

const envelope = {
  sensor: 'https://lms.example.edu',
  sendTime: '2026-11-21T09:30:01.000Z',
  dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  data: [
    {
      '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
      id: 'urn:uuid:3a648e68-f00d-4c08-aa59-8738e1884f2c',
      type: 'ViewEvent',
      profile: 'ReadingProfile',
      actor: { id: 'https://example.edu/users/554433', type: 'Person' },
      action: 'Viewed',
      object: { id: 'https://example.edu/etexts/200', type: 'Document', name: 'Measuring' },
      eventTime: '2026-11-21T09:30:00.000Z',
    },
  ],
}
const [event] = envelope.data

it('sends events and is told what became of each', async () => {
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path)

  function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    return fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.key}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  // The reply comes when the event is on disk. It names what is held now.
  const sent = await post('/caliper/v1p2/events', envelope)
  expect(sent.status).toBe(200)
  expect(await sent.json()).toEqual({
    requestId: expect.any(String),
    eventCount: 1,
    eventIds: [event!.id],
    entityCount: 0,
    entityIds: [],
    duplicates: 0,
    quarantined: [],
  })

  // No reply, or a time-out? Send it again: what is held already is recognised.
  const again = await post('/caliper/v1p2/events', envelope)
  expect(await again.json()).toMatchObject({ eventIds: [event!.id], duplicates: 1 })

  // A sensor that wants no more than a yes says so.
  const minimal = await post('/caliper/v1p2/events', envelope, { prefer: 'return=minimal' })
  expect(await minimal.json()).toEqual({})

  // What cannot be kept as an event is set aside with every reason, and costs the others nothing.
  const { eventTime: _, ...untimed } = {
    ...event!,
    id: 'urn:uuid:5a7d4f58-2f0c-4d5b-9d52-6a2b6f3a0a22',
  }
  const another = { ...event!, id: 'urn:uuid:9d1c8f6e-0b1d-4a0e-8b87-2f1f6f3a0a33' }
  const mixed = await post('/caliper/v1p2/events', { ...envelope, data: [untimed, another] })
  expect(await mixed.json()).toMatchObject({
    eventCount: 1,
    eventIds: [another.id],
    quarantined: [
      {
        index: 0,
        id: untimed.id,
        errors: [{ path: ['data', 0, 'eventTime'], message: 'Required', code: 'required' }],
      },
    ],
  })

  // While a sensor is being written: everything the standard has to say, nothing stored, no key.
  const checked = await post('/caliper/v1p2/events/validate', { ...envelope, data: [untimed] })
  expect(checked.status).toBe(400)
  expect(await checked.json()).toMatchObject({
    valid: false,
    errors: [{ path: ['data', 0, 'eventTime'], message: 'Required', code: 'required' }],
  })

  // An application without a standard sends what it has: one event, an array, or JSON lines.
  const lines = [
    { event_type: 'page_view', user_id: 'u-17', properties: { page: '/intro' } },
    { user_id: 'u-17' },
  ]
  const body = lines.map((line) => JSON.stringify(line)).join('\n')
  const native = await post('/api/v1/events', body, { 'content-type': 'application/x-ndjson' })
  expect(native.status).toBe(200)
  expect(await native.json()).toMatchObject({
    eventCount: 1,
    quarantined: [{ index: 1, errors: [{ message: 'Required' }] }],
  })
}, 60_000)
