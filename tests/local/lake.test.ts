import { describe, expect, it } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLake, openLake } from '../../src/platform/local/lake'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { temporaryFolder } from '../support/folders'

const tooLarge = [
  'SELECT * FROM range(101)',
  `SELECT repeat('x', 200) FROM range(30)`,
  `SELECT [repeat('x', 200)] FROM range(30)`,
  `SELECT {a: repeat('x', 200)} FROM range(30)`,
  'SELECT * FROM range(100000000000)',
]
const fitting = [
  'SELECT * FROM range(100)',
  `SELECT repeat('x', 49) FROM range(100)`,
  'SELECT count(*) FROM range(1000000)',
  'CREATE TEMP TABLE t AS SELECT 1 AS n; SELECT n FROM t',
]

describe('an answer of the lake', () => {
  for (const sql of tooLarge) {
    it(`is refused when it is too large: ${sql}`, async () => {
      using folder = temporaryFolder()
      const limits = { rows: 100, size: 5000 }
      await using lake = createLake({ folder: folder.path, duck: createDuck(), limits })
      const error = await lake.query(sql).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'invalid_request' })
      expect(error.message).toMatch(/larger than 100 rows .* COPY/)
      // The connection of the next one is its own.
      expect((await lake.query('SELECT 1')).rows).toEqual([[1]])
    })
  }

  for (const sql of fitting) {
    it(`is given as long as it fits: ${sql}`, async () => {
      using folder = temporaryFolder()
      const limits = { rows: 100, size: 5000 }
      await using lake = createLake({ folder: folder.path, duck: createDuck(), limits })
      expect((await lake.query(sql)).rows.length).toBeGreaterThan(0)
    })
  }
})

it('keeps what a query cannot hold in a folder of its own, and removes those of the dead', async () => {
  using folder = temporaryFolder()
  const dead = Bun.spawnSync(['true']).pid
  const left = join(tmpdir(), `nonius-query-${dead}-abcdef`)
  mkdirSync(left)
  const own = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith(`nonius-query-${process.pid}-`))
  {
    await using lake = openLake(folder.path)
    expect(existsSync(left)).toBe(false)
    expect(own().map((name) => statSync(join(tmpdir(), name)).mode & 0o777)).toEqual([0o700])
    await lake.query('SELECT 1')
  }
  expect(own()).toEqual([])
})
