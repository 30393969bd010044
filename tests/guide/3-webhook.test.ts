import { expect, it } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { anEnvelope } from '../support/envelopes'
import { aGradeEvent, aViewEvent } from '../support/events'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'

// Chapter 3: being told. Register a target, try it, verify what it receives, survive its failures.

it('delivers signed events to a target, again when it fails', async () => {
  using folder = temporaryFolder()
  // Our target is on the loopback address, which is refused unless it is allowed.
  const env = { NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1' }
  await using server = await startServerProcess(folder.path, env)
  await using target = startTarget()
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }

  // The secret is in this reply and in no other.
  const registration = { targetUrl: target.url, events: ['GradeEvent'] }
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

  // What became of it, and how every attempt went.
  const path = `${server.url}/webhooks/${webhook.id}`
  const ask = async <Answer>(method: string, url: string, body?: object) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const reply = await fetch(url, { method, headers, ...sent })
    expect(reply.ok).toBe(true)
    return (await reply.json()) as Answer
  }
  const id = delivered!.headers['webhook-id']
  const delivery = { id, status: 'delivered', attempts: 2, responseStatus: 204 }
  await until(async () => {
    const { deliveries } = await ask<{ deliveries: object[] }>('GET', `${path}/deliveries`)
    return Bun.deepMatch({ deliveries: [delivery] }, { deliveries })
  })

  // Switched off for a while: what is stored meanwhile is held, and comes when it is on again.
  await ask('PATCH', path, { enabled: false })
  const later = aGradeEvent()
  const second = JSON.stringify(anEnvelope([later]))
  await fetch(`${server.url}/caliper/v1p2/events`, { method: 'POST', headers, body: second })
  await until(async () => {
    const held = `${path}/deliveries?status=held`
    return (await ask<{ deliveries: object[] }>('GET', held)).deliveries.length === 1
  })
  await ask('PATCH', path, { enabled: true })
  const [, , afterwards] = await target.received(3)
  expect(JSON.parse(afterwards!.body)).toMatchObject({ data: [later] })

  // An example, and what the target said to it.
  const tested = await ask('POST', `${path}/test`, { eventType: 'ViewEvent' })
  expect(tested).toMatchObject({ delivered: true, responseStatus: 204 })

  // Enough of it.
  const gone = await fetch(path, { method: 'DELETE', headers })
  expect(gone.status).toBe(204)
}, 60_000)

async function until(isSo: () => Promise<boolean>) {
  for (const end = performance.now() + 20_000; !(await isSo()); await Bun.sleep(50)) {
    if (performance.now() > end) throw new Error('it did not come to that')
  }
}

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
