import { anEnvelope } from '../envelopes'
import { aViewEvent } from '../events'
import type { Sample } from './samples'

/** A tenant that does what it should, at an even pace, and notes how it is served. */
export interface GoodTenant extends AsyncDisposable {
  requests: (Sample & { what: string })[]
  /** From the acknowledgement of an event to its message at the webhook. */
  deliveries: Sample[]
  /** Ids of what was acknowledged. */
  acknowledged: string[]
  received: { has(id: string): boolean }
  /** Answers that it did not expect, with where. Empty when all is well. */
  wrong: string[]
  /** How often it was told to come again (503), as is documented. */
  putOff(): number
  stop(): Promise<void>
}

const SEND_EVERY_MS = 200
const READ_EVERY_MS = 300
const EVENTS = 5
// A request that was put off so often was refused, whatever it is called.
const MOST_TRIES = 20

export async function startGoodTenant({
  url,
  key,
}: {
  url: string
  key: string
}): Promise<GoodTenant> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const requests: GoodTenant['requests'] = []
  const deliveries: Sample[] = []
  const acknowledged: string[] = []
  const acknowledgedAt = new Map<string, number>()
  const received = new Map<string, number>()
  const wrong: string[] = []
  let putOff = 0
  let isOver = false

  const hook = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { data } = (await request.json()) as { data: { id: string }[] }
      for (const { id } of data) {
        if (received.has(id)) continue
        received.set(id, performance.now())
        noteDelivery(id)
      }
      return new Response()
    },
  })

  function noteDelivery(id: string) {
    const [stored, came] = [acknowledgedAt.get(id), received.get(id)]
    // The message may be here before the reply.
    if (stored !== undefined && came !== undefined) {
      deliveries.push({ at: stored, ms: Math.max(0, came - stored) })
    }
  }

  /** Until it is answered as it should be; each try is a sample of its own. */
  async function call(method: string, path: string, body?: unknown, what = method) {
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const at = performance.now()
      try {
        const reply = await fetch(url + path, { method, headers, ...content })
        const text = await reply.text()
        requests.push({ at, ms: performance.now() - at, what })
        if (reply.ok) return JSON.parse(text)
        if (reply.status !== 503) {
          wrong.push(`${method} ${path}: ${reply.status} ${text.slice(0, 200)}`)
          return undefined
        }
        putOff += 1
        await Bun.sleep(Number(reply.headers.get('retry-after') ?? 1) * 1000)
      } catch (error) {
        wrong.push(`${method} ${path}: ${error}`)
        return undefined
      }
    }
    wrong.push(`${method} ${path}: put off ${MOST_TRIES} times`)
    return undefined
  }

  async function send() {
    const events = Array.from({ length: EVENTS }, () => aViewEvent())
    const receipt = await call('POST', '/caliper/v1p2/events', anEnvelope(events))
    const now = performance.now()
    for (const id of (receipt?.eventIds ?? []) as string[]) {
      acknowledged.push(id)
      acknowledgedAt.set(id, now)
      noteDelivery(id)
    }
  }

  async function read() {
    await call('GET', '/analytics/events?limit=50', undefined, 'LIST')
    const id = acknowledged.at(-1)
    if (id !== undefined) await call('GET', `/analytics/events/${encodeURIComponent(id)}`)
  }

  /** One after another, at the pace of a clock: whoever is served late falls behind, as in life. */
  async function every(ms: number, work: () => Promise<void>) {
    for (let next = performance.now(); !isOver; next += ms) {
      await work()
      await Bun.sleep(Math.max(0, next + ms - performance.now()))
      next = Math.max(next, performance.now() - ms)
    }
  }

  const made = { name: 'good', targetUrl: `${hook.url}hook`, events: ['*'] }
  await call('POST', '/webhooks', made)
  requests.length = 0
  const working = Promise.all([every(SEND_EVERY_MS, send), every(READ_EVERY_MS, read)])
  return {
    requests,
    deliveries,
    acknowledged,
    received,
    wrong,
    putOff: () => putOff,
    async stop() {
      isOver = true
      await working
    },
    [Symbol.asyncDispose]: () => hook.stop(true),
  }
}
