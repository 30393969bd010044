import { expect } from 'bun:test'
import { openLake } from '../lake'
import type { ServerProcess } from '../server-process'
import type { Receiver } from './receiver'

export const missing = (wanted: Iterable<string>, held: { has(id: string): boolean }) =>
  [...wanted].filter((id) => !held.has(id))

/** All ids of the hot store, by pages. @throws when a page is anything but 200 */
export async function hotIds({ url, key }: ServerProcess): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const query = new URLSearchParams({ limit: '1000', ...(cursor ? { cursor } : {}) })
    const reply = await fetch(`${url}/analytics/events?${query}`, {
      headers: { authorization: key },
    })
    if (reply.status !== 200) throw new Error(`${reply.status}: ${await reply.text()}`)
    const page = (await reply.json()) as { events: { id: string }[]; nextCursor?: string }
    ids.push(...page.events.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor)
  return ids
}

/** How often the lake has each event. Takes no lock, so it can be asked beside a running server. */
export async function lakeCounts(dataDir: string): Promise<Map<string, number>> {
  await using lake = openLake(dataDir)
  const { rows } = await lake.query(
    `SELECT event_id, count(*) FROM events WHERE kind = 'event' GROUP BY ALL`,
  )
  return new Map(rows.map(([id, count]) => [String(id), Number(count)]))
}

/** Waits until `isSo`. @returns whether it was so in time */
export async function until(isSo: () => boolean | Promise<boolean>, ms: number): Promise<boolean> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    if (await isSo()) return true
    await Bun.sleep(50)
  }
  return await isSo()
}

// Two retries of a delivery that a kill put off, and twice the longest pause of a follower that has
// failed a few times.
const CATCH_UP_MS = 30_000

/**
 * What every acknowledged event is owed: to be read, to be in the lake, to reach the webhook. Stops
 * the server on the way, since a server that stops archives what it has.
 * @param copies how often the lake may have it: more than once only where a folder was restored
 */
export async function expectHeld(
  ids: readonly string[],
  { server, dataDir, receiver }: { server: ServerProcess; dataDir: string; receiver: Receiver },
  { copies = 1 }: { copies?: number } = {},
) {
  const hot = await hotIds(server)
  expect(new Set(hot).size).toBe(hot.length)
  expect(missing(ids, new Set(hot))).toEqual([])
  await until(() => missing(ids, receiver.received).length === 0, CATCH_UP_MS)
  expect(missing(ids, receiver.received)).toEqual([])
  expect(await server.stop()).toBe(0)
  const lake = await lakeCounts(dataDir)
  expect(missing(ids, lake)).toEqual([])
  expect([...lake].filter(([, count]) => count > copies)).toEqual([])
}
