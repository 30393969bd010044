import { expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { temporaryFolder } from '../support/folders'
import { openLake } from '../support/lake'
import { createMemoryGroup, type MemoryGroup } from '../support/memory-group'
import { startServerProcess } from '../support/server-process'

// A batch that took everything down: what nothing can compress, as large as a request may be.

const EVENTS = 260
const EVENT_BYTES = 5_900_000
const MB = 1024 * 1024
const LIMIT_BYTES = 512 * MB
// Of both processes. Once it has read the log the server has 80 to 220 MB here, as its collector gets
// to it, and DuckDB takes 100 MB for a part.
const RESIDENT_BYTES = 400 * MB

const probe = createMemoryGroup(LIMIT_BYTES)
await probe?.remove()

it.skipIf(!probe)(
  'archives 260 events of 5.9 MB that cannot be compressed within 512 MB',
  async () => {
    using folder = temporaryFolder()
    {
      await using server = await startServerProcess(folder.path, {
        NONIUS_ARCHIVE_FLUSH_SECONDS: '3600',
      })
      const headers = { authorization: server.key, 'content-type': 'application/json' }
      for (let i = 0; i < EVENTS; i++) {
        const properties = { x: randomBytes(EVENT_BYTES * 0.75).toString('base64') }
        const body = JSON.stringify({ event_type: 'large', event_id: `large-${i}`, properties })
        const reply = await fetch(`${server.url}/api/v1/events`, { method: 'POST', headers, body })
        // The text says why, when it is another.
        expect([i, reply.status, reply.ok || (await reply.text())]).toEqual([i, 201, true])
      }
      await server.kill()
    }

    await using group = disposable(createMemoryGroup(LIMIT_BYTES)!)
    // After a kill it reads 1.5 GB of log anew.
    const settings = { NONIUS_ARCHIVE_FLUSH_SECONDS: '5' }
    await using server = await startServerProcess(folder.path, settings, [], {
      patienceMs: 120_000,
    })
    group.add(server.process.pid)
    let most = 0
    let waiting = EVENTS
    const end = performance.now() + 300_000
    while (waiting > 0 && performance.now() < end) {
      most = Math.max(most, group.resident())
      const ready = await fetch(`${server.url}/ready`)
      const text = await ready.text()
      expect([ready.status, text]).toEqual([200, text])
      waiting = (JSON.parse(text) as { feed: { records: number } }).feed.records
      await Bun.sleep(20)
    }
    console.log(`${Math.round(most / MB)} MB at most, of the server and what archives for it`)
    // What the server said of it comes with what is wrong.
    const state = { waiting, kills: group.kills(), output: server.output() }
    expect(state).toMatchObject({ waiting: 0, kills: 0 })
    expect(most).toBeLessThan(RESIDENT_BYTES)

    await using lake = openLake(folder.path)
    const { rows } = await lake.query(
      `SELECT count(*), count(DISTINCT event_id), min(length(raw->>'$.properties.x')) FROM events`,
    )
    expect(rows[0]!.slice(0, 2).map(Number)).toEqual([EVENTS, EVENTS])
    expect(Number(rows[0]![2])).toBeGreaterThan(EVENT_BYTES * 0.99)
    expect([...new Bun.Glob('lake/{staging,refused}/**/*').scanSync(folder.path)]).toEqual([])
  },
  900_000,
)

function disposable(group: MemoryGroup): MemoryGroup & AsyncDisposable {
  return { ...group, [Symbol.asyncDispose]: group.remove }
}
