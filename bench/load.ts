/**
 * The second process posts distinct events over keep-alive connections and prints its figures as
 * JSON. `bun bench/load.ts URL KEY KIND EVENTS_PER_REQUEST CONNECTIONS SECONDS [MAX_EVENTS]`
 */
import { createBodies } from './events'
import { type Kind, kinds } from './kinds'

const [url, key, kind, perRequest, connections, seconds, most = 'Infinity'] = process.argv.slice(2)
const sending = kinds[kind as Kind]
const count = Number(perRequest)
const bodies = createBodies(kind as Kind)
const headers = {
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
  ...sending.headers,
}
const took: number[] = []
const statuses: Record<string, number> = {}
let sent = 0

async function connection(end: number) {
  while (performance.now() < end && sent < Number(most)) {
    const body = bodies.body(count)
    sent += count
    const from = performance.now()
    const reply = await fetch(`${url}${sending.path}`, { method: 'POST', headers, body })
    await reply.arrayBuffer()
    took.push(performance.now() - from)
    statuses[reply.status] = (statuses[reply.status] ?? 0) + 1
  }
}

const from = performance.now()
const end = from + Number(seconds) * 1000
await Promise.all(Array.from({ length: Number(connections) }, () => connection(end)))
const ms = performance.now() - from
took.sort((a, b) => a - b)
const at = (share: number) => took[Math.floor(took.length * share)] ?? 0
console.log(JSON.stringify({ events: sent, ms, p50: at(0.5), p99: at(0.99), statuses }))
