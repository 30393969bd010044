/**
 * This bench exports many events from a server that has 512 MB, and tells how long that takes, how much memory the server
 * and what asks the lake for it have, and whether every event is in the file once.
 *
 *     bun bench/exports.bench.ts                     a million events in each format
 *     bun bench/exports.bench.ts --events 10000000 --formats jsonl
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createDuck } from '../src/platform/local/parquet/duck'
import { temporaryFolder } from '../tests/support/folders'
import { createMemoryGroup } from '../tests/support/memory-group'
import { startServerProcess } from '../tests/support/server-process'
import { landDay } from './lake-files'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    formats: { type: 'string', default: 'jsonl,csv,parquet' },
  },
})
const MB = 1024 * 1024
const LIMIT = 512 * MB
// A day of a large university.
const DAY_ROWS = 500_000
const FILES = 24
const key = 'nk_test_key_of_the_admin'

using folder = temporaryFolder()
const lake = join(folder.path, 'lake', 'events')
mkdirSync(lake, { recursive: true })
const duck = createDuck({ threads: 1 })
const connection = await duck.connect()
const days = Math.ceil(Number(values.events) / DAY_ROWS)
for (let day = 0; day < days; day += 1) {
  const name = new Date(Date.UTC(2026, 5, 1 + day)).toISOString().slice(0, 10)
  await landDay(connection, lake, { day: name, files: FILES, rows: Math.round(DAY_ROWS / FILES) })
}
const glob = `read_parquet('${lake}/**/*.parquet')`
const counted = await connection.runAndReadAll(
  `SELECT count(*) FROM ${glob} WHERE tenant_id = 'default'`,
)
const expected = Number(counted.getRows()[0]![0])

const group = createMemoryGroup(LIMIT)
await using server = await startServerProcess(folder.path, {}, [], { patienceMs: 60_000 })
group?.add(server.process.pid)
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }

for (const format of values.formats.split(',')) {
  const began = performance.now()
  const init = { method: 'POST', headers, body: JSON.stringify({ format }) }
  const { id } = (await (await fetch(`${server.url}/analytics/export`, init)).json()) as {
    id: string
  }
  let most = 0
  let shownAt = began
  for (;;) {
    await Bun.sleep(50)
    most = Math.max(most, group?.resident() ?? 0)
    if (performance.now() - shownAt < 2000) continue
    shownAt = performance.now()
    const reply = await fetch(`${server.url}/analytics/exports/${id}`, { headers })
    const view = (await reply.json()) as Record<string, unknown>
    if (view.status === 'running') {
      console.error(`${format} ${view.progress} ${view.rows} ${Math.round(most / MB)} MB`)
      continue
    }
    const seconds = (performance.now() - began) / 1000
    const size = Math.round(Number(view.bytes) / MB)
    console.log(
      `${format}: ${view.status}, ${view.rows} of ${expected} events in ${seconds.toFixed(0)} s, ${size} MB; ${Math.round(most / MB)} MB of memory at most, ${group?.kills() ?? '?'} kills ${view.problem ?? ''}`,
    )
    if (view.url !== undefined) await verify(format, String(view.url))
    break
  }
}

/** Counts what is in the file by DuckDB, which is none of ours. */
async function verify(format: string, url: string) {
  const began = performance.now()
  const ending = format === 'parquet' ? 'parquet' : `${format}.gz`
  const file = join(folder.path, `fetched.${ending}`)
  await Bun.write(file, await fetch(url))
  const table =
    format === 'parquet'
      ? `read_parquet('${file}')`
      : format === 'csv'
        ? `read_csv('${file}', all_varchar = true)`
        : `read_json('${file}', format = 'newline_delimited', columns = {eventId: 'VARCHAR'})`
  const sql = `SELECT count(*), count(DISTINCT "eventId") FROM ${table}`
  const [rows, ids] = (await connection.runAndReadAll(sql)).getRows()[0]!.map(Number)
  const seconds = (performance.now() - began) / 1000
  console.log(`  read back: ${rows} rows, ${ids} ids, ${seconds.toFixed(0)} s`)
}
connection.closeSync()
await group?.remove()
