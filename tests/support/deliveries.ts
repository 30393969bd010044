import { Database } from 'bun:sqlite'
import type { EventRecord } from '../../src/event/record'
import type { Clock } from '../../src/platform/clock'
import type { EventStore } from '../../src/platform/event-store'
import { createDeliveryQueue, deliveryQueueSchema } from '../../src/platform/local/delivery-queue'
import type { Registry } from '../../src/platform/registry'
import type { Webhook, Webhooks } from '../../src/platform/registry/webhooks'

export { aClock, aDelivery, anAttempt, aRecord, aWebhook, start } from './webhooks'

export function aQueue(clock: Clock) {
  const db = new Database(':memory:', { strict: true })
  db.run(deliveryQueueSchema)
  return createDeliveryQueue(db, clock)
}

/** A registry that holds webhooks, and nothing else that sending would ask for. */
export function aRegistry(...given: Webhook[]): Pick<Registry, 'webhooks'> {
  const held = new Map(given.map((webhook) => [webhook.webhookId, webhook]))
  const webhooks: Omit<Webhooks, 'add' | 'page'> = {
    async put(webhook) {
      held.set(webhook.webhookId, webhook)
    },
    async replace(was, webhook) {
      if (held.get(webhook.webhookId)?.updatedAt !== was.updatedAt) return false
      held.set(webhook.webhookId, webhook)
      return true
    },
    async get(tenantId, webhookId) {
      const webhook = held.get(webhookId)
      return webhook?.tenantId === tenantId ? webhook : undefined
    },
    async noteHealth(_tenantId, webhookId, health) {
      const webhook = held.get(webhookId)
      if (webhook !== undefined) held.set(webhookId, { ...webhook, health })
    },
    async list(tenantId) {
      return [...held.values()].filter((webhook) => webhook.tenantId === tenantId)
    },
    async listAll() {
      return [...held.values()].map(({ secret: _, ...subscription }) => subscription)
    },
    async delete(_tenantId, webhookId) {
      return held.delete(webhookId)
    },
  }
  return { webhooks: webhooks as Webhooks }
}

/** An event store that holds these records; one that is taken out has expired. */
export function aStore(...records: EventRecord[]) {
  const held = new Map(records.map((record) => [record.eventId, record]))
  const store = {
    async get(tenantId: string, eventId: string) {
      const record = held.get(eventId)
      return record?.tenantId === tenantId ? record : undefined
    },
  }
  return { events: store as EventStore, held }
}

export interface Received {
  path: string
  headers: Record<string, string>
  body: string
}

/** Someone's HTTP server on this machine, which answers as told and remembers what came. */
export function aReceiver(
  answer: (got: Received) => Response | Promise<Response> = () => new Response(),
) {
  const received: Received[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const { pathname: path } = new URL(request.url)
      const got = { path, headers: request.headers.toJSON(), body: await request.text() }
      received.push(got)
      return answer(got)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    port: server.port!,
    received,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

/** Keeps every line, so that a test can search them. */
export function aLog() {
  const lines: string[] = []
  const write = (message: string, fields = {}) => {
    lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  return { lines, log: { debug: write, info: write, warn: write, error: write } }
}

/** Waits for something that happens on its own; a second is far longer than any of it takes. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 1000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('waited a second in vain')
    await Bun.sleep(2)
  }
}
