/**
 * This fills a store with Caliper events of 1.5 KB, past the door, and says of all of them that they are archived and proven:
 * the server that is started over it has only the hot copy. `bun bench/memory-fill.ts FOLDER EVENTS`
 */
import { join } from 'node:path'
import { systemClock as clock } from '../src/platform/clock'
import { openLocalPlatform } from '../src/platform/local'
import { openDatabase } from '../src/platform/local/database'
import type { LocalStatementStore } from '../src/platform/local/statement-store'
import { silentLog as log } from '../src/telemetry/log'
import { aRecord } from '../tests/support/records'
import { startServerProcess } from '../tests/support/server-process'
import { createBodies } from './events'
import { load } from './scenario'

const [folder = '', events] = process.argv.slice(2)
const count = Number(events)
const A_COMMIT = 2048
const PEOPLE = 10_000
const COURSES = 200
const OF_A_SESSION = 32
const A_WEEK_MS = 7 * 24 * 60 * 60 * 1000
const BETWEEN_MS = 10

// The first start makes the keys; an event, of which each consumer takes note.
const first = await startServerProcess(folder, {}, [], { patienceMs: 120_000 })
await load(first, { kind: 'event', count: 1, connections: 1, seconds: 10, most: 1 })
if ((await first.stop()) !== 0) throw new Error(first.output())

const { text } = createBodies('event')
const ID = /"id":"([^"]+)"/

function recordOf(n: number, stamps: { receivedAt: string; expiresAt: string }) {
  const raw = text()
  const course = `https://example.edu/courses/${n % COURSES}`
  return aRecord({
    ...{ ...stamps, raw, eventId: ID.exec(raw)![1]! },
    // Digests are not what is measured here, and no two of these events are the same.
    contentDigest: `${n}`,
    actorId: `https://example.edu/users/${(n * 31) % PEOPLE}`,
    sessionId: `urn:session:${Math.floor(n / OF_A_SESSION)}`,
    ...{ groupId: course, courseId: course },
    eventTime: new Date(Date.now() - (count - n) * BETWEEN_MS).toISOString(),
  })
}

let end = 0
{
  await using platform = await openLocalPlatform({ dataDir: folder, clock, log })
  for (let at = 0; at < count; at += A_COMMIT) {
    const now = Date.now()
    const stamps = {
      receivedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + A_WEEK_MS).toISOString(),
    }
    const records = Array.from({ length: Math.min(A_COMMIT, count - at) }, (_, n) =>
      recordOf(at + n, stamps),
    )
    await platform.events.append(records)
  }
  end = Number(platform.mark())
  const statements = platform.statements as LocalStatementStore
  statements.settle(end, undefined)
}
const db = openDatabase(join(folder, 'nonius.db'), 'SELECT 1')
db.run('UPDATE cursors SET handled = ?, intended = NULL, batch = NULL', [end])
db.close()
process.exit(0)
