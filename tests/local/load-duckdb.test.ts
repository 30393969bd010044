import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { type LoadBench, loadFrom, loadTargetContract } from '../contracts/load-target.contract'
import { askDuckdb, openLoadLake } from '../support/load-bench'
import { aBatch, aRecord } from '../support/records'

async function create(): Promise<LoadBench> {
  const lake = await openLoadLake()
  const file = join(lake.dataDir, 'warehouse.duckdb')
  const place = { kind: 'duckdb', file, schema: 'nonius' } as const
  return { ...lake, place, rows: (sql) => askDuckdb(file, sql) }
}

loadTargetContract('DuckDB', create)

describe('a load into a file of DuckDB', () => {
  it('says that it is no file of DuckDB, and leaves it as it was', async () => {
    await using at = await create()
    await at.archive.write(aBatch('a', [aRecord()]))
    const file = join(at.dataDir, 'notes.txt')
    await Bun.write(file, 'my notes '.repeat(10_000))
    const place = { kind: 'duckdb', file, schema: 'nonius' } as const
    await expect(loadFrom({ ...at, place })).rejects.toThrow(/cannot be opened/)
    expect(await Bun.file(file).text()).toStartWith('my notes my notes')
  })
})
