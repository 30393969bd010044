import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EventRecord } from '../../src/event/record'
import { createGuard } from '../../src/outbound/guard'
import { systemClock as clock } from '../../src/platform/clock'
import type { Notice } from '../../src/platform/delivery-queue'
import type { Webhook } from '../../src/platform/registry/webhooks'
import { createAttempt } from '../../src/webhooks/sending/attempt'
import { createSend } from '../../src/webhooks/sending/send'
import { aDelivery, aRegistry, aStore, aWebhook } from './deliveries'

/** A message as a receiver has it, before anything is decompressed. */
export interface Posted {
  headers: Record<string, string>
  body: Buffer
}

/** Takes one message, answers 204 and tells what it was. */
export async function aRawReceiver() {
  const { promise, resolve } = Promise.withResolvers<Posted>()
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    response.writeHead(204).end()
    resolve({ headers: request.headers as Record<string, string>, body: Buffer.concat(parts) })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    posted: promise,
    [Symbol.dispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Has one message posted over HTTP by a webhook with these settings. */
export async function posted(
  settings: Partial<Webhook>,
  records: EventRecord[],
  notice?: Notice,
): Promise<Posted> {
  using receiver = await aRawReceiver()
  const webhook = aWebhook({ targetUrl: receiver.url, ...settings })
  const send = createSend({ guard: createGuard({ allowPrivate: true }) })
  const { events } = aStore(...records)
  const mark = () => '1'
  const attempt = createAttempt({ events, registry: aRegistry(webhook), send, clock, mark })
  const { webhookId, tenantId } = webhook
  const eventIds = records.map(({ eventId }) => eventId)
  const { verdict } = await attempt(aDelivery({ webhookId, tenantId, eventIds, notice }))
  if (verdict.kind !== 'done') throw new Error(`It is not delivered: ${JSON.stringify(verdict)}`)
  return receiver.posted
}
