import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { createGuard } from '../../src/outbound/guard'
import { systemClock as clock } from '../../src/platform/clock'
import type { Delivery } from '../../src/platform/delivery-queue'
import { createDeliveryQueue, deliveryQueueSchema } from '../../src/platform/local/delivery-queue'
import type { Webhook } from '../../src/platform/registry/webhooks'
import { createDeliverer } from '../../src/webhooks/sending/deliverer'
import { createSend } from '../../src/webhooks/sending/send'
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
    // They wait most of their time, each at a queue of its own.
    it.concurrent(`go out at once beside ${name}, at first and once they are known to fail`, async () => {
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

/** A deliverer over one record of each tenant, and how to send that to webhooks. */
function sceneOf(hooks: Webhook[], more: { timeoutMs?: number } = {}) {
  const records = new Map(hooks.map(({ tenantId }) => [tenantId, aRecord({ tenantId })]))
  const { events } = aStore(...records.values())
  const deliveries = aQueue()
  const send = createSend({ guard: createGuard({ allowPrivate: true }), ...more })
  const needs = { events, deliveries, registry: aRegistry(...hooks), send, clock, mark: () => '1' }
  const deliverer = createDeliverer({ ...needs, log: aLog().log, graceMs: 100 })
  const to = ({ tenantId, webhookId }: Webhook) =>
    aDelivery({ tenantId, webhookId, eventIds: [records.get(tenantId)!.eventId] })
  return {
    async queue(...those: Webhook[]) {
      await deliveries.enqueue(those.map(to))
      deliverer.poke()
    },
    [Symbol.asyncDispose]: () => deliverer[Symbol.asyncDispose](),
  }
}

describe('A healthy endpoint, sent to ten times a second', () => {
  const scenes: [name: string, hanging: number, tenantId: string][] = [
    ['beside one that hangs', 1, 'good'],
    ['beside a hundred that hang, of its own tenant', 100, 'good'],
    ['beside a hundred that hang, of another tenant', 100, 'other'],
  ]
  for (const [name, hanging, tenantId] of scenes) {
    it.concurrent(`is reached as fast ${name}`, async () => {
      using dead = await aDeadTarget()
      const arrivals: (() => void)[] = []
      await using good = aReceiver(() => {
        arrivals.shift()?.()
        return new Response()
      })
      const healthy = aWebhook({ tenantId: 'good', targetUrl: good.url })
      const hooks = many(hanging, () => aWebhook({ tenantId, targetUrl: dead.url }))
      // Those that hang are known to fail after two seconds, and are tried again.
      await using scene = sceneOf([healthy, ...hooks], { timeoutMs: 2000 })
      for (let round = 0; round < 3; round += 1) await scene.queue(...hooks)
      while (dead.open() < Math.min(32, hanging)) await Bun.sleep(10)

      const tookMs: number[] = []
      for (let sent = 0; sent < 80; sent += 1) {
        const { promise, resolve } = Promise.withResolvers<void>()
        arrivals.push(resolve)
        const begun = performance.now()
        await scene.queue(healthy)
        await promise
        tookMs.push(performance.now() - begun)
        await Bun.sleep(100)
      }
      tookMs.sort((a, b) => a - b)
      const [p50, p99, most] = [tookMs[40]!, tookMs[78]!, tookMs[79]!].map(Math.round) as [
        number,
        number,
        number,
      ]
      console.log(`${name}: p50 ${p50} ms, p99 ${p99} ms, most ${most} ms`)
      expect(dead.open()).toBeGreaterThan(0)
      expect(p99).toBeLessThan(500)
      // The first comes when nobody is known to hang.
      expect(most).toBeLessThan(SOON_MS)
    }, 60_000)
  }
})

describe('A webhook with settings of its own', () => {
  it('has no more attempts at a time than it says', async () => {
    let [open, most] = [0, 0]
    await using receiver = aReceiver(async () => {
      open += 1
      most = Math.max(most, open)
      await Bun.sleep(20)
      open -= 1
      return new Response()
    })
    for (const maxConcurrent of [1, 2, 16]) {
      most = 0
      const before = receiver.received.length
      const hook = aWebhook({ targetUrl: receiver.url, maxConcurrent })
      await using scene = sceneOf([hook])
      await scene.queue(...many(40, () => hook))
      while (receiver.received.length < before + 40) await Bun.sleep(5)
      expect(most).toBeLessThanOrEqual(maxConcurrent)
      expect(most).toBeGreaterThan(maxConcurrent / 2)
    }
  }, 30_000)

  it('has no more attempts within a second than it says, and no webhook beside it waits', async () => {
    const times: number[] = []
    await using paced = aReceiver(() => {
      times.push(performance.now())
      return new Response()
    })
    await using free = aReceiver()
    const slow = aWebhook({ targetUrl: paced.url, maxPerSecond: 10 })
    const fast = aWebhook({ targetUrl: free.url })
    await using scene = sceneOf([slow, fast])
    await scene.queue(...many(35, () => slow))
    const begun = process.cpuUsage()
    await scene.queue(...many(35, () => fast))
    while (free.received.length < 35) await Bun.sleep(1)
    expect(times.length).toBeLessThan(35)
    while (times.length < 35) await Bun.sleep(5)
    const tookMs = times.at(-1)! - times[0]!
    const cpuMs = process.cpuUsage(begun).user / 1000
    console.log(`35 at 10 a second: ${Math.round(tookMs)} ms, ${Math.round(cpuMs)} ms of the CPU`)
    expect(tookMs).toBeGreaterThan(2900)
    expect(tookMs).toBeLessThan(6000)
    // Whoever waits sleeps.
    expect(cpuMs).toBeLessThan(1500)
  }, 30_000)
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
