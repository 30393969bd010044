/**
 * This server only parses and inserts: the floor of what senders wait for. Requests that come
 * together share a transaction, and are answered when it is on the disk.
 *
 *     bun bench/peers/bare.ts DATABASE_FILE       prints its port
 */
import { Database } from 'bun:sqlite'

const db = new Database(process.argv[2]!)
db.run('PRAGMA journal_mode = WAL')
db.run('PRAGMA synchronous = FULL')
db.run('CREATE TABLE events (body TEXT)')
const add = db.query('INSERT INTO events VALUES (?)')
const store = db.transaction((items: unknown[]) => {
  for (const item of items) add.run(JSON.stringify(item))
})

interface Waiting {
  items: unknown[]
  stored: () => void
}
let waiting: Waiting[] = []

function commit() {
  const some = waiting
  waiting = []
  store(some.flatMap(({ items }) => items))
  for (const { stored } of some) stored()
}

function keep(items: unknown[]): Promise<void> {
  if (waiting.length === 0) setImmediate(commit)
  return new Promise((stored) => waiting.push({ items, stored }))
}

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { data } = JSON.parse(await request.text())
    await keep(data)
    return Response.json({ stored: data.length })
  },
})
console.log(server.port)
