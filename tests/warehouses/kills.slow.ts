import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { TargetPlace } from '../../src/platform/local/load/open'
import { temporaryFolder } from '../support/folders'
import { askDuckdb, openLoadLake } from '../support/load-bench'
import { askPostgres, startPostgres, type TestPostgres } from '../support/postgres'
import { aBatch, aRecord } from '../support/records'

// A loader is killed at each of its steps, as a power cut would: first while it loads what has landed, then
// while it follows a day that was settled, an erasure, and an event that came late. Whatever the
// moment, the next load has each event once, and none that the lake has not.

const PATIENCE_MS = 120_000
const program = join(import.meta.dir, '../support/loading-program.ts')
const folders = { landed: temporaryFolder(), later: temporaryFolder() }
let postgres: TestPostgres
let expected: { landed: string[]; later: string[] }

beforeAll(async () => {
  postgres = await startPostgres()
  await using lake = await openLoadLake()
  const at = (time: string) => ({ receivedAt: `2026-11-${time}:00.000Z` })
  const hers = aRecord({ ...at('15T09:00'), actorId: 'ada', raw: '{"actor":{"id":"ada"}}' })
  const [one, two, late] = [
    aRecord(at('15T09:30')),
    aRecord(at('16T09:30')),
    aRecord(at('15T10:00')),
  ]
  await lake.archive.write(aBatch('a', [one, two, hers]))
  await lake.archive.write(aBatch('b', [{ ...one, ...at('16T08:00') }]))
  cpSync(lake.dataDir, folders.landed.path, { recursive: true, preserveTimestamps: true })
  await lake.settlement.settle({ until: '2026-11-16' })
  await lake.archive.erase('default', { actorIds: ['ada'] })
  await lake.archive.write(aBatch('c', [late]))
  cpSync(lake.dataDir, folders.later.path, { recursive: true, preserveTimestamps: true })
  const ids = (...records: { eventId: string }[]) =>
    records.map(({ eventId }) => eventId).toSorted()
  expected = { landed: ids(one, two, hers), later: ids(one, two, late) }
}, PATIENCE_MS)

afterAll(async () => {
  await postgres[Symbol.asyncDispose]()
  for (const folder of Object.values(folders)) folder[Symbol.dispose]()
})

/** @param at the step at which it is killed; it is not when left out */
async function loaded(dataDir: string, place: TargetPlace, at?: number) {
  const command = [process.execPath, program, dataDir, JSON.stringify(place), String(at ?? '')]
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' })
  const [said, why] = await Promise.all([child.stdout.text(), child.stderr.text()])
  await child.exited
  if (child.signalCode === null && child.exitCode !== 0) throw new Error(why)
  return { isKilled: child.signalCode === 'SIGKILL', steps: Number(said) }
}

interface Kind {
  /** Makes an empty target. */
  make(): Promise<TargetPlace>
  rows(place: TargetPlace, sql: string): Promise<unknown[][]>
}

let made = 0
const kinds: Record<string, Kind> = {
  PostgreSQL: {
    async make() {
      made += 1
      return { kind: 'postgres', url: `${postgres.url}/postgres`, schema: `load${made}` }
    },
    rows: (place, sql) => askPostgres((place as { url: string }).url, sql),
  },
  DuckDB: {
    async make() {
      const file = join(folders.landed.path, `${crypto.randomUUID()}.duckdb`)
      return { kind: 'duckdb', file, schema: 'nonius' }
    },
    rows: (place, sql) => askDuckdb((place as { file: string }).file, sql),
  },
}

for (const [name, { make, rows }] of Object.entries(kinds)) {
  describe(`a load into ${name} that is killed`, () => {
    for (const phase of ['landed', 'later'] as const) {
      it(
        `leaves each event once: ${phase}`,
        async () => {
          let kills = 0
          for (let at = 1; ; at += 1) {
            const place = await make()
            if (phase === 'later') await loaded(folders.landed.path, place)
            const { isKilled, steps } = await loaded(folders[phase].path, place, at)
            if (isKilled) {
              kills += 1
              await loaded(folders[phase].path, place)
            } else expect(steps).toBe(at - 1)
            const { schema } = place
            const sql = `SELECT event_id FROM ${schema}.events ORDER BY event_id`
            const found = await rows(place, sql)
            expect(found.flat()).toEqual(expected[phase])
            if (!isKilled) break
          }
          expect(kills).toBeGreaterThanOrEqual(5)
        },
        PATIENCE_MS,
      )
    }
  })
}
