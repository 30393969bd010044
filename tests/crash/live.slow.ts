import { expect, it } from 'bun:test'
import { until } from '../support/crash/held'
import { startFollower } from '../support/crash/live-followers'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const RECONNECTS = 1000
const RESTARTS = 6
const PATIENCE_MS = 90_000

/** Sends numbered events until it is told to stop, each until it was acknowledged. */
async function sendUntil(stop: AbortSignal, { url, key }: ServerProcess): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  for (let n = 0; !stop.aborted; ) {
    const events = Array.from({ length: 1 + (n % 5) }, (_, at) => ({
      ...{ event_type: 'tick', event_id: `e${n + at}`, payload: { third: (n + at) % 3 } },
    }))
    const init = { method: 'POST', headers, body: JSON.stringify(events) }
    const status = await fetch(`${url}/api/v1/events`, init).then(
      (reply) => reply.status,
      () => 0,
    )
    if (status === 200) n += events.length
    await Bun.sleep(status === 200 ? 4 : 50)
  }
}

async function arrivals({ url, key }: ServerProcess, after?: string) {
  const query = new URLSearchParams({ limit: '1000', ...(after && { after }) })
  const headers = { authorization: `Bearer ${key}` }
  const reply = await fetch(`${url}/analytics/arrivals?${query}`, { headers })
  return (await reply.json()) as { events: { event_id: string }[]; next: string; isAll: boolean }
}

async function idsAfter(server: ServerProcess, begin: string): Promise<string[]> {
  const ids: string[] = []
  let page = await arrivals(server, begin)
  for (;;) {
    ids.push(...page.events.map(({ event_id }) => event_id))
    if (page.isAll) return ids
    page = await arrivals(server, page.next)
  }
}

it(
  `streams every event once and in order over ${RECONNECTS} lost connections and ${RESTARTS} restarts`,
  async () => {
    using folder = temporaryFolder()
    let server = await startServerProcess(folder.path)
    const { url } = server
    const env = { NONIUS_PORT: new URL(url).port }
    const { next: after } = await arrivals(server)
    const filter = JSON.stringify({ path: 'payload.third', equals: 1 })
    const queries = [{}, {}, {}, {}, { filter }, { format: 'event', event_type: 'tick' }]

    const stopSending = new AbortController()
    const stopFollowing = new AbortController()
    const followers = queries.map((query) => ({
      query,
      ...startFollower({ ...server, query, after }, stopFollowing.signal),
    }))
    const reconnects = () => followers.reduce((sum, follower) => sum + follower.reconnects(), 0)
    const sending = sendUntil(stopSending.signal, server)
    try {
      for (let restart = 1; restart <= RESTARTS; restart += 1) {
        const share = (RECONNECTS * restart) / (RESTARTS + 1)
        expect(await until(() => reconnects() >= share, PATIENCE_MS)).toBe(true)
        await (restart % 2 === 0 ? server.stop() : server.kill())
        server = await startServerProcess(folder.path, env)
      }
      expect(await until(() => reconnects() >= RECONNECTS, PATIENCE_MS)).toBe(true)
      stopSending.abort()
      await sending

      const all = await idsAfter(server, after)
      const third = all.filter((id) => Number(id.slice(1)) % 3 === 1)
      expect(new Set(all).size).toBe(all.length)
      for (const { query, ids, odd } of followers) {
        const wanted = 'filter' in query ? third : all
        await until(() => ids.length >= wanted.length, 10_000)
        expect({ odd, count: ids.length }).toEqual({ odd: [], count: wanted.length })
        expect(ids).toEqual(wanted)
      }
      console.log(`${all.length} events, ${reconnects()} connections lost, ${RESTARTS} restarts`)
    } finally {
      stopSending.abort()
      stopFollowing.abort()
      await server.kill()
      await Promise.all([sending, ...followers.map(({ finished }) => finished)])
    }
  },
  PATIENCE_MS * 2,
)
