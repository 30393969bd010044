import { expect, it } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { anEnvelope } from '../support/envelopes'
import { aGradeEvent, aViewEvent } from '../support/events'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'

// Chapter 3: being told. Register a target, verify what it receives, survive its failures.

it('delivers signed events to a target, again when it fails', async () => {
  using folder = temporaryFolder()
  // Our target is on the loopback address, which is refused unless it is allowed.
  const env = { NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1' }
  await using server = await startServerProcess(folder.path, env)
  await using target = startTarget()
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }

  // The secret is in this reply and in no other.
  const registration = { name: 'grades', targetUrl: target.url, events: ['GradeEvent'] }
  const init = { method: 'POST', headers, body: JSON.stringify(registration) }
  const created = await fetch(`${server.url}/webhooks`, init)
  expect(created.status).toBe(201)
  const { secret, ...webhook } = (await created.json()) as Record<string, string>
  expect(secret).toStartWith('whsec_')
  const listed = await fetch(`${server.url}/webhooks`, { headers })
  expect(await listed.text()).not.toContain(secret!)

  // The target fails once, as a target that is being restarted would.
  const grade = aGradeEvent()
  const body = JSON.stringify(anEnvelope([aViewEvent(), grade]))
  await fetch(`${server.url}/caliper/v1p2/events`, { method: 'POST', headers, body })
  const [failed, delivered] = await target.received(2)

  // Both attempts are the same message; a receiver that remembers ids handles it once.
  expect(delivered!.headers['webhook-id']).toBe(failed!.headers['webhook-id']!)

  // Verified on the body as it came, by any library of Standard Webhooks.
  for (const verifier of [new Webhook(secret!), new SvixWebhook(secret!)]) {
    expect(verifier.verify(delivered!.body, delivered!.headers)).toEqual({
      type: 'events',
      timestamp: expect.any(String),
      data: [grade], // as it was sent, and not the ViewEvent
    })
    expect(() => verifier.verify(`${delivered!.body} `, delivered!.headers)).toThrow()
  }

  // Enough of it.
  const gone = await fetch(`${server.url}/webhooks/${webhook.id}`, { method: 'DELETE', headers })
  expect(gone.status).toBe(204)
}, 60_000)

interface Received {
  headers: Record<string, string>
  body: string
}

/** Fails the first time, is well from then on. */
function startTarget() {
  const seen: Received[] = []
  let heard = Promise.withResolvers<void>()
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      seen.push({ headers: Object.fromEntries(request.headers), body: await request.text() })
      heard.resolve()
      heard = Promise.withResolvers()
      return new Response(null, { status: seen.length === 1 ? 500 : 204 })
    },
  })
  return {
    url: `${server.url}hook`,
    async received(count: number) {
      while (seen.length < count) await heard.promise
      return seen
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}
