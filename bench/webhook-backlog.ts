/**
 * Queues events for a webhook that is switched off, and sends them once it is on again; prints what that
 * took as JSON. Run on one core by `webhooks.bench.ts`.
 *
 *     bun bench/webhook-backlog.ts RECEIVER_URL EVENTS
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createFanOut } from '../src/changes/fan-out'
import { createGuard } from '../src/outbound/guard'
import { createIdleConnections } from '../src/outbound/idle-connections'
import { createDeliverer } from '../src/webhooks/sending/deliverer'
import { createSend } from '../src/webhooks/sending/send'
import { aWebhook } from '../tests/support/webhooks'
import { aStoredRecord, openScene, quiet } from './webhook-scene'

const [url = '', events] = process.argv.slice(2)
const total = Number(events)
// One commit of the log.
const COMMIT = 2048

const cameSoFar = async () => Number(await (await fetch(url)).text())
const rssMb = () => Math.round(process.memoryUsage.rss() / 1024 / 1024)

/** The bytes of the databases that have neither events nor the lake. */
function queueBytes(folder: string): number {
  const files = readdirSync(folder).filter((name) => /^nonius\.db/.test(name))
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

await using scene = await openScene()
const { platform, folder } = scene
const hook = aWebhook({
  ...{ tenantId: 'default', targetUrl: url, events: ['*'], enabled: false },
  owed: [{ from: platform.mark() }],
})
await platform.registry.webhooks.put(hook)
const send = createSend({
  guard: createGuard({ allowPrivate: true }),
  idle: createIdleConnections(),
})
await using deliverer = createDeliverer({ ...platform, send, ...quiet })
await using follower = platform.changes.follow(
  createFanOut({ ...platform, ...quiet, onEnqueued: deliverer.poke }),
)

const before = queueBytes(folder)
const rss: number[] = []
for (let at = 0; at < total; at += COMMIT) {
  const count = Math.min(COMMIT, total - at)
  await platform.events.append(Array.from({ length: count }, () => aStoredRecord()))
  // Fans out as fast as it is stored, as it does beside senders.
  if (at % (COMMIT * 16) === 0) await follower.drain()
  if (at % (COMMIT * 49) === 0) rss.push(rssMb())
}
await follower.drain()
rss.push(rssMb())
const { parked } = await platform.deliveries.stats()
const bytesAnEvent = (queueBytes(folder) - before) / total

const earlier = await cameSoFar()
const from = performance.now()
await platform.registry.webhooks.put({ ...hook, enabled: true })
await platform.deliveries.release(hook.tenantId, hook.webhookId)
deliverer.poke()
while ((await cameSoFar()) < earlier + parked) await Bun.sleep(20)
const ms = performance.now() - from
rss.push(rssMb())
console.log(
  JSON.stringify({
    deliveries: parked,
    bytesAnEvent: Math.round(bytesAnEvent * 10) / 10,
    rssMb: rss,
    drainPerS: Math.round((total / ms) * 1000),
  }),
)
process.exit()
