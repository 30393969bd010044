import { readFileSync } from 'node:fs'
import { openLake } from '../src/platform/local/lake'
import { askLake } from '../src/query/ask-lake'
import { namedQueries } from '../src/query/sql'
import { narrowed } from '../src/query/sql/named-query'

/** A named query was asked once, in a process of its own, as `nonius query` asks it. */
export interface Asked {
  ms: number
  cpuMs: number
  /** The most memory that its process took, of which some 50 MB are Bun's own. */
  megabytes: number
  answer: string
}

// It is run with the data folder and the id of a query, and prints what it cost.
if (import.meta.main) {
  const [dataDir = '', id = ''] = process.argv.slice(2)
  const { sql } = namedQueries.find((query) => query.id === id)!
  await using lake = openLake(dataDir)
  const [begun, cpu] = [performance.now(), process.cpuUsage()]
  const asked = await askLake(lake, {
    reader: 'operator',
    sql: narrowed(sql, { from: '2025-01-01' }),
  })
  const ms = performance.now() - begun
  const { user, system } = process.cpuUsage(cpu)
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  const rows = asked.rows
    .map((row) =>
      JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
    )
    .sort()
  const answer = String(Bun.hash(JSON.stringify(rows)))
  const megabytes = Math.round(Number(kilobytes) / 1024)
  console.log(
    JSON.stringify({ ms, cpuMs: (user + system) / 1000, megabytes, answer } satisfies Asked),
  )
}

/** Asks in a process of its own. */
export async function ask(dataDir: string, id: string): Promise<Asked> {
  const child = Bun.spawn([process.execPath, import.meta.path, dataDir, id], { stderr: 'inherit' })
  const text = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`${id} over ${dataDir} could not be asked`)
  return JSON.parse(text)
}
