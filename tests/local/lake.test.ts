import { describe, expect, it } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lake, LakeReader } from '../../src/platform/lake'
import { openArchive } from '../../src/platform/local/archive'
import { createLake, lakeFolder, openLake, openServingLake } from '../../src/platform/local/lake'
import { executeWith } from '../../src/platform/local/lake/execute'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { askLake } from '../../src/query/ask-lake'
import { silentLog } from '../../src/telemetry/log'
import { lakeContract, type Statement, statements } from '../contracts/lake.contract'
import { temporaryFolder } from '../support/folders'
import { childrenOf } from '../support/processes'
import { aBatch, aRecord } from '../support/records'

const ENDLESS = 'SELECT sum(a.range + b.range) FROM range(100000000) a, range(100000000) b'
const numbers = `SELECT range AS n FROM range(${statements.numbers})`
const sqlOf: Record<Statement, string> = {
  numbers,
  late: numbers,
  wrong: 'SELECT nothing_like_it FROM events',
  endless: ENDLESS,
}

const places = {
  'DuckDB in the process of the CLI': openLake,
  'DuckDB in a process beside the server': openServingLake,
}

for (const [name, open] of Object.entries(places)) {
  lakeContract(name, async (which) => {
    const folder = temporaryFolder()
    const lake = open(folder.path)
    return {
      lake,
      sql: sqlOf[which],
      again: () => open(folder.path),
      async [Symbol.asyncDispose]() {
        await lake[Symbol.asyncDispose]()
        folder[Symbol.dispose]()
      },
    }
  })

  it(`shows a tenant its own events only: ${name}`, async () => {
    using folder = temporaryFolder()
    const records = [
      aRecord({ tenantId: 'school', eventId: 'ours' }),
      aRecord({ tenantId: `o'k`, eventId: 'theirs' }),
    ]
    {
      await using archive = openArchive({ folder: lakeFolder(folder.path), log: silentLog })
      await archive.write(aBatch('b', records))
    }
    await using lake = open(folder.path)
    const readers: [reader: LakeReader, ids: string[]][] = [
      [{ tenantId: 'school' }, ['ours']],
      [{ tenantId: `o'k` }, ['theirs']],
      [{ tenantId: 'third' }, []],
      ['operator', ['ours', 'theirs']],
    ]
    for (const [reader, ids] of readers) {
      const { rows } = await askLake(lake, {
        reader,
        sql: 'SELECT event_id FROM events ORDER BY 1',
      })
      expect(rows.map(([id]) => String(id))).toEqual(ids)
    }
  })
}

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
const limits = { rows: 100, size: 5000 }

describe('an answer of the lake', () => {
  for (const sql of tooLarge) {
    it(`is refused when it is too large: ${sql}`, async () => {
      using folder = temporaryFolder()
      await using lake = openLake(folder.path)
      const query = { reader: 'operator', sql, limits } as const
      const error = await askLake(lake, query).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'invalid_request' })
      expect(error.message).toMatch(/larger than 100 rows .* COPY/)
      // The connection of the next one is its own.
      expect((await askLake(lake, { reader: 'operator', sql: 'SELECT 1' })).rows).toEqual([[1]])
    })
  }

  for (const sql of fitting) {
    it(`is given as long as it fits: ${sql}`, async () => {
      using folder = temporaryFolder()
      await using lake = openLake(folder.path)
      const { rows } = await askLake(lake, { reader: 'operator', sql, limits })
      expect(rows.length).toBeGreaterThan(0)
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
    await askLake(lake, { reader: 'operator', sql: 'SELECT 1' })
  }
  expect(own()).toEqual([])
})

describe('a lake beside a server', () => {
  const running = (lake: Lake) => lake.start({ reader: 'operator', sql: ENDLESS })
  const processes = () =>
    childrenOf(process.pid).filter(({ command }) => command.includes('query-process'))
  const started = async () => {
    while (processes().length === 0) await Bun.sleep(10)
    return processes()
  }

  it('starts nothing until it is asked, and leaves nothing when it was read', async () => {
    using folder = temporaryFolder()
    await using lake = openServingLake(folder.path)
    expect(processes()).toEqual([])
    const id = await lake.start({ reader: 'operator', sql: numbers })
    const state = await lake.poll('operator', id)
    expect(processes()).toHaveLength(1)
    if (state.status === 'done') await Array.fromAsync(state.pages)
    expect(processes()).toEqual([])
  })

  it('answers one query at a time, since each may take what memory there is', async () => {
    using folder = temporaryFolder()
    await using lake = openServingLake(folder.path)
    const id = await running(lake)
    const query = { reader: 'operator', sql: ENDLESS } as const
    const gone = { signal: AbortSignal.timeout(300) }
    const refusal = await lake.start(query, gone).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'busy', retryAfter: 5 })
    await lake.cancel('operator', id)
    await lake.cancel('operator', await running(lake))
  }, 20_000)

  it('answers a tenant next to another that asks without end', async () => {
    using folder = temporaryFolder()
    await using lake = openServingLake(folder.path)
    const greedy = { tenantId: 'greedy' }
    const id = await lake.start({ reader: greedy, sql: ENDLESS })
    const order: string[] = []
    const refused: string[] = []
    const ask = (tenantId: string) =>
      askLake(lake, { reader: { tenantId }, sql: 'SELECT 1' }).then(
        () => order.push(tenantId),
        ({ code }: { code: string }) => refused.push(code),
      )
    const flood = Array.from({ length: 80 }, () => ask('greedy'))
    const modest = ask('modest')
    await Bun.sleep(0)
    await lake.cancel(greedy, id)
    await modest
    expect([0, 1]).toContain(order.indexOf('modest'))
    expect(refused).toHaveLength(16)
    expect(new Set(refused)).toEqual(new Set(['busy']))
    await lake[Symbol.asyncDispose]()
    await Promise.all(flood)
  }, 30_000)

  it('lets others wait, of one reader the first first', async () => {
    using folder = temporaryFolder()
    await using lake = openServingLake(folder.path)
    const id = await running(lake)
    const order: number[] = []
    const asked = [1, 2, 3].map(async (n) => {
      const { rows } = await askLake(lake, { reader: 'operator', sql: `SELECT ${n}` })
      order.push(n)
      return rows
    })
    await lake.cancel('operator', id)
    expect(await Promise.all(asked)).toEqual([[[1]], [[2]], [[3]]])
    expect(order).toEqual([1, 2, 3])
  }, 20_000)

  it('tells of a process that ended in the middle', async () => {
    using folder = temporaryFolder()
    await using lake = openServingLake(folder.path)
    const id = await running(lake)
    for (const { pid } of await started()) process.kill(pid, 'SIGKILL')
    const reason = expect.stringContaining('needed more memory')
    expect(await lake.poll('operator', id)).toEqual({ status: 'failed', reason })
    expect((await askLake(lake, { reader: 'operator', sql: 'SELECT 1' })).rows).toEqual([[1]])
  })

  it('ends what runs when it is closed', async () => {
    using folder = temporaryFolder()
    const lake = openServingLake(folder.path)
    await running(lake)
    await started()
    await lake[Symbol.asyncDispose]()
    expect(processes()).toEqual([])
  })

  it('holds to the memory that it has', async () => {
    using folder = temporaryFolder()
    await using lake = openServingLake(folder.path)
    const sql = `SELECT current_setting('memory_limit') AS m, current_setting('threads') AS t`
    const { rows } = await askLake(lake, { reader: 'operator', sql })
    expect(rows).toEqual([['122.0 MiB', 1]])
  })
})

describe('an answer of DuckDB', () => {
  it('is read once', async () => {
    using folder = temporaryFolder()
    await using lake = openLake(folder.path)
    const id = await lake.start({ reader: 'operator', sql: numbers })
    const [first, second] = [await lake.poll('operator', id), await lake.poll('operator', id)]
    if (first.status !== 'done' || second.status !== 'done') throw new Error('not answered')
    expect((await Array.fromAsync(first.pages)).flat()).toHaveLength(statements.numbers)
    await expect(Array.fromAsync(second.pages)).rejects.toThrow('No query of yours')
    await expect(lake.poll('operator', id)).rejects.toThrow('No query of yours')
  })

  it('ends in the middle of being read when it is cancelled', async () => {
    using folder = temporaryFolder()
    await using lake = openServingLake(folder.path)
    const id = await lake.start({ reader: 'operator', sql: numbers })
    const state = await lake.poll('operator', id)
    if (state.status !== 'done') throw new Error('not answered')
    const reading = async () => {
      for await (const _ of state.pages) await lake.cancel('operator', id)
    }
    await expect(reading()).rejects.toThrow('The query was cancelled.')
    // It is in nobody's way.
    expect((await askLake(lake, { reader: 'operator', sql: 'SELECT 1' })).rows).toEqual([[1]])
  })
})

it('stops an answer that nobody reads in time', async () => {
  using folder = temporaryFolder()
  await using duck = createDuck()
  // Loading DuckDB is not what is timed here.
  const connection = await duck.connect()
  connection.closeSync()
  const lake = createLake({ execute: executeWith({ folder: folder.path, duck }) })
  const id = await lake.start({ reader: 'operator', sql: numbers, limits: { ms: 200 } })
  const state = await lake.poll('operator', id)
  await Bun.sleep(250)
  const reason = expect.stringContaining('stopped after 0.2 s')
  expect(await lake.poll('operator', id)).toEqual({ status: 'failed', reason })
  if (state.status !== 'done') throw new Error('it was not answered')
  await expect(Array.fromAsync(state.pages)).rejects.toThrow('stopped after 0.2 s')
})
