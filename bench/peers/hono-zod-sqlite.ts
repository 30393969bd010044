/**
 * This is the server that somebody would write in an afternoon: Hono, the model of Caliper in Zod,
 * a row an event. The id makes an event one of its kind, three columns are indexed, and the answer
 * waits for the disk. It has no tenants, no report, no archive, no webhooks.
 *
 *     bun bench/peers/hono-zod-sqlite.ts DATABASE_FILE       prints its port
 */
import { Database } from 'bun:sqlite'
import { Hono } from 'hono'
import { z } from 'zod'
import { zodEvent } from '../zod-model'

const envelope = z.object({
  sensor: z.string(),
  sendTime: z.iso.datetime(),
  dataVersion: z.string(),
  data: z.array(zodEvent),
})
interface Event {
  id: string
  type: string
  actor: string | { id: string }
  eventTime: string
}

const db = new Database(process.argv[2]!)
db.run('PRAGMA journal_mode = WAL')
db.run('PRAGMA synchronous = FULL')
db.run('CREATE TABLE events (id TEXT PRIMARY KEY, type TEXT, actor TEXT, time TEXT, body TEXT)')
for (const column of ['type', 'actor', 'time']) {
  db.run(`CREATE INDEX by_${column} ON events (${column})`)
}
const add = db.query('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)')
const store = db.transaction((events: Event[]) => {
  for (const event of events) {
    const { id, type, actor, eventTime } = event
    const actorId = typeof actor === 'string' ? actor : actor.id
    add.run(id, type, actorId, eventTime, JSON.stringify(event))
  }
})

const app = new Hono()
app.post('/*', async (c) => {
  const read = envelope.safeParse(await c.req.json())
  if (!read.success) return c.json({ issues: read.error.issues }, 400)
  store(read.data.data as unknown as Event[])
  return c.json({ stored: read.data.data.length })
})
const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: app.fetch })
console.log(server.port)
