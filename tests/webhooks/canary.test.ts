import { describe, expect, it } from 'bun:test'
import { createServer } from 'node:net'
import { createGuard } from '../../src/outbound/guard'
import { newWebhookSecret } from '../../src/webhooks/message/secret'
import { createDeliverer } from '../../src/webhooks/sending/deliverer'
import { createSend } from '../../src/webhooks/sending/send'
import { createRefuseTarget } from '../../src/webhooks/target/target'
import {
  aClock,
  aDelivery,
  aLog,
  aQueue,
  aReceiver,
  aRecord,
  aRegistry,
  aStore,
  aWebhook,
} from '../support/deliveries'

const CANARY = 'canary-5d41402abc4b'

/** Answers what it was sent, as a receiver in distress does, and hangs up on some. */
async function anEchoingServer() {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (asked) => socket.end(`HTTP/1.1 500 No\r\n\r\n${asked}`))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}/`, [Symbol.dispose]: () => void server.close() }
}

describe('The log of deliveries that fail', () => {
  it('has neither secrets nor the values of headers, nor what was answered', async () => {
    using echo = await anEchoingServer()
    await using gone = aReceiver(({ body }) => new Response(body, { status: 410 }))
    await using fine = aReceiver()
    const closed = aReceiver()
    await closed[Symbol.asyncDispose]()
    const targets = [
      `${echo.url}?token=${CANARY}`,
      gone.url,
      fine.url,
      closed.url,
      `https://127.0.0.1:${new URL(fine.url).port}/`,
      'http://other.example/',
      'http://nobody.invalid/',
    ]
    const hooks = targets.map((targetUrl, n) =>
      aWebhook({
        targetUrl,
        secret: newWebhookSecret(),
        former: [{ secret: newWebhookSecret(), until: '2999-01-01T00:00:00.000Z' }],
        // One that nobody may write into a request at all.
        headers: { authorization: `Bearer ${CANARY}${n === 2 ? '\r\nx: y' : ''}` },
      }),
    )
    const record = aRecord({ raw: JSON.stringify({ id: 'urn:a', note: CANARY }) })
    const clock = aClock()
    const { log, lines } = aLog()
    const deliveries = aQueue(clock)
    const findTenant = async () => ({ webhookHosts: ['127.0.0.1', 'nobody.invalid'] })
    await using deliverer = createDeliverer({
      ...{ deliveries, clock, log, mark: () => '1', ...aStore(record) },
      registry: aRegistry(...hooks),
      send: createSend({ guard: createGuard({ allowPrivate: true }), timeoutMs: 500 }),
      refuseTarget: createRefuseTarget({ findTenant }),
    })
    const { eventId } = record
    await deliveries.enqueue(
      hooks.map(({ webhookId }) => aDelivery({ webhookId, eventIds: [eventId] })),
    )
    await deliverer.drain()

    const text = lines.join('\n')
    // Each has said that it failed, and why.
    for (const { webhookId } of hooks) expect(text).toContain(webhookId)
    expect(text).toContain('connection refused')
    const secrets = hooks.flatMap(({ secret, former }) => [
      secret,
      ...former!.map((one) => one.secret),
    ])
    const forbidden = [
      CANARY,
      ...secrets,
      ...secrets.map((secret) => secret.slice('whsec_'.length)),
    ]
    expect(forbidden.filter((one) => text.includes(one))).toEqual([])
  })
})
