import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { createGuard } from '../../src/outbound/guard'
import { systemClock as clock } from '../../src/platform/clock'
import type { Delivery } from '../../src/platform/delivery-queue'
import { createDeliveryQueue, deliveryQueueSchema } from '../../src/platform/local/delivery-queue'
import type { Webhook } from '../../src/platform/registry/webhooks'
import { createDeliverer } from '../../src/webhooks/deliverer'
import { createSend } from '../../src/webhooks/send'
import {
  aDelivery,
  aLog,
  aReceiver,
  aRecord,
  aRegistry,
  aStore,
  aWebhook,
} from '../support/deliveries'

/** Takes every connection and says nothing. */
async function aDeadTarget() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(
      socket
        .on('error', () => {})
        .once('close', () => sockets.delete(socket))
        .resume(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}/`,
    open: () => sockets.size,
    [Symbol.dispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function aQueue() {
  const db = new Database(':memory:', { strict: true })
  db.run(deliveryQueueSchema)
  return createDeliveryQueue(db, clock)
}

const many = <T>(count: number, make: (place: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n))

// How long the good tenant would wait if one attempt of another had to end first is 15 s.
const SOON_MS = 1500

describe('While the targets of others are dead, sixteen deliveries of one tenant', () => {
  const scenes: [name: string, tenants: number, webhooks: number, deliveries: number][] = [
    ['a tenant with 100 dead targets', 1, 100, 4],
    ['a tenant with 1,000 dead targets', 1, 1000, 4],
    ['ten tenants with 100 each', 10, 100, 4],
    ['a hundred tenants with 10 each', 100, 10, 4],
  ]
  for (const [name, tenants, webhooksOfEach, deliveriesOfEach] of scenes) {
    it(`go out at once beside ${name}, at first and once they are known to fail`, async () => {
      using dead = await aDeadTarget()
      await using good = aReceiver()
      const record = aRecord({ tenantId: 'good' })
      const hook = (tenantId: string, targetUrl: string) => aWebhook({ tenantId, targetUrl })
      const deadHooks = many(tenants, (n) =>
        many(webhooksOfEach, () => hook(`dead ${n}`, dead.url)),
      ).flat()
      const goodHooks = many(4, () => hook('good', good.url))
      const records = many(tenants, (n) => aRecord({ tenantId: `dead ${n}` }))
      const { events } = aStore(record, ...records)
      const deliveries = aQueue()
      const to = ({ tenantId, webhookId }: Webhook): Delivery => {
        const its = tenantId === 'good' ? record : records[Number(tenantId.split(' ')[1])]!
        return aDelivery({ tenantId, webhookId, eventIds: [its.eventId] })
      }
      const registry = aRegistry(...deadHooks, ...goodHooks)
      const send = createSend({ guard: createGuard({ allowPrivate: true }) })
      const { log } = aLog()
      const mark = () => '1'
      const needs = { events, deliveries, registry, send, clock, log, mark, graceMs: 100 }
      await using deliverer = createDeliverer(needs)

      await deliveries.enqueue(many(deliveriesOfEach, () => deadHooks.map(to)).flat())
      deliverer.poke()
      while (dead.open() < Math.min(64, tenants * 2)) await Bun.sleep(10)
      for (const round of [1, 2]) {
        const begun = performance.now()
        await deliveries.enqueue(many(4, () => goodHooks.map(to)).flat())
        deliverer.poke()
        while (good.received.length < round * 16 && performance.now() - begun < 20_000)
          await Bun.sleep(5)
        const tookMs = performance.now() - begun
        console.log(`${name}, round ${round}: ${Math.round(tookMs)} ms, ${dead.open()} dead open`)
        expect(tookMs).toBeLessThan(SOON_MS)
        // The first attempts have failed by then, and second ones are under way.
        if (round === 1) await Bun.sleep(17_000)
      }
    }, 60_000)
  }
})

describe('Taking from 100,000 deliveries to 5,000 webhooks', () => {
  it('takes no longer than from few', async () => {
    const deliveries = aQueue()
    const all = many(100_000, (n) =>
      aDelivery({ tenantId: `tenant ${n % 50}`, webhookId: `whk_${n % 5000}` }),
    )
    for (let start = 0; start < all.length; start += 10_000) {
      // Of most the next attempt is far away.
      await deliveries.enqueue(all.slice(start, start + 10_000), start < 80_000 ? 3_600_000 : 0)
    }
    const takeMs: number[] = []
    for (let n = 0; n < 1000; n += 1) {
      const begun = performance.now()
      const [one] = await deliveries.take(1, 30_000)
      takeMs.push(performance.now() - begun)
      await deliveries.retry(one!.deliveryId, 60_000, 'HTTP 500')
    }
    // None of the webhooks that are due has a place.
    const begun = performance.now()
    for (let n = 0; n < 100; n += 1)
      expect(await deliveries.take(16, 1000, () => false)).toEqual([])
    const passedOverMs = (performance.now() - begun) / 100
    takeMs.sort((a, b) => a - b)
    console.log(
      `a take: median ${takeMs[500]!.toFixed(3)} ms, p99 ${takeMs[990]!.toFixed(3)} ms; with no place ${passedOverMs.toFixed(3)} ms`,
    )
    expect(takeMs[990]!).toBeLessThan(25)
    expect(passedOverMs).toBeLessThan(10)
  }, 60_000)
})
