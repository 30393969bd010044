/**
 * Sends deliveries that wait to a local receiver, as the deliverer does, and bare requests of the same
 * size beside; prints what each took as JSON. Run on one core by `webhooks.bench.ts`.
 *
 *     bun bench/webhook-sending.ts RECEIVER_URL EVENTS EVENTS_A_DELIVERY CONCURRENCY
 */
import { createGuard } from '../src/outbound/guard'
import { createIdleConnections } from '../src/outbound/idle-connections'
import { createDeliverer } from '../src/webhooks/sending/deliverer'
import { createSend } from '../src/webhooks/sending/send'
import { aWebhook } from '../tests/support/webhooks'
import { aStoredRecord, openScene, quiet } from './webhook-scene'

const [url = '', events, perDelivery, concurrency] = process.argv.slice(2)
const [total, size, places] = [Number(events), Number(perDelivery), Number(concurrency)]
const deliveriesToMake = total / size

// A webhook has four places unless it asks for more.
const hooks = Array.from({ length: Math.ceil(places / 4) }, () =>
  aWebhook({ tenantId: 'default', targetUrl: url }),
)

async function measured(work: () => Promise<void>) {
  const cpu = process.cpuUsage()
  const from = performance.now()
  await work()
  const ms = performance.now() - from
  const { user, system } = process.cpuUsage(cpu)
  const a = (n: number) => Math.round((n / total) * 100) / 100
  return { eventsPerS: Math.round((total / ms) * 1000), cpuUs: a(user + system) }
}

const cameSoFar = async () => Number(await (await fetch(url)).text())

async function sendAll() {
  await using scene = await openScene()
  const { platform } = scene
  for (const hook of hooks) await platform.registry.webhooks.put(hook)
  const eventIds: string[] = []
  for (let at = 0; at < total; at += 500) {
    const records = Array.from({ length: Math.min(500, total - at) }, () => aStoredRecord())
    await platform.events.append(records)
    eventIds.push(...records.map(({ eventId }) => eventId))
  }
  const enqueuedAt = new Date().toISOString()
  const outgoing = Array.from({ length: deliveriesToMake }, (_, n) => {
    const { tenantId, webhookId } = hooks[n % hooks.length]!
    const ids = eventIds.slice(n * size, (n + 1) * size)
    return {
      ...{ deliveryId: `msg_${n}`, tenantId, webhookId, eventIds: ids, enqueuedAt },
      attempts: 0,
    }
  })
  for (let at = 0; at < outgoing.length; at += 1000) {
    await platform.deliveries.enqueue(outgoing.slice(at, at + 1000))
  }
  const guard = createGuard({ allowPrivate: true })
  const send = createSend({ guard, idle: createIdleConnections() })
  return await measured(async () => {
    await using deliverer = createDeliverer({ ...platform, send, ...quiet })
    await deliverer.drain()
  })
}

/** Posts bodies of the same size with `fetch`, so many at a time, and waits for each answer. */
async function bare() {
  const body = `{"type":"events","timestamp":"${new Date().toISOString()}","data":[${Array.from(
    { length: size },
    () => aStoredRecord().raw,
  ).join(',')}]}`
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Nonius-Webhooks',
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1790000000',
    'webhook-signature': `v1,${'a'.repeat(44)}`,
  }
  let left = deliveriesToMake
  async function one() {
    while (left > 0) {
      left -= 1
      const reply = await fetch(url, { method: 'POST', headers, body })
      await reply.arrayBuffer()
    }
  }
  return measured(async () => {
    await Promise.all(Array.from({ length: places }, one))
  })
}

const before = await cameSoFar()
const floor = await bare()
const ours = await sendAll()
const came = (await cameSoFar()) - before
if (came !== 2 * deliveriesToMake) throw new Error(`${came} came of ${2 * deliveriesToMake}`)
console.log(JSON.stringify({ bare: floor, ours }))
process.exit()
