import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { namedQueries } from '../../src/query/sql'
import { narrowed } from '../../src/query/sql/named-query'
import { type Play, startAthena } from '../support/aws/athena'
import { temporaryFolder } from '../support/folders'
import { run, start } from '../support/program'

/** `npm run aws:query` as `sst shell` runs it: the names of a stage's resources are in the environment. */
async function query(play: Play, ...args: string[]) {
  await using athena = startAthena(play)
  const finished = await run(commandOf(...args), { env: envOf(athena) })
  return { ...finished, started: athena.bodiesOf('StartQueryExecution') }
}

function envOf(athena: ReturnType<typeof startAthena>) {
  return {
    AWS_ENDPOINT_URL: athena.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    SST_RESOURCE_App: JSON.stringify({ name: 'nonius', stage: 'test' }),
    SST_RESOURCE_Nonius: JSON.stringify({
      athenaWorkgroup: 'nonius-test',
      glueDatabase: 'nonius_test',
      registryTable: 'registry',
      indexes: [],
    }),
  }
}

const commandOf = (...args: string[]) => [process.execPath, 'tools/keys.ts', 'query', ...args]

const play: Play = {
  columns: [
    ['source_id', 'varchar'],
    ['items', 'bigint'],
  ],
  pages: [
    [
      ['source_id', 'items'],
      ['lms', '7'],
      [null, '1'],
    ],
  ],
}

describe('npm run aws:query', () => {
  it('asks the Athena of the stage, and prints as on one machine', async () => {
    const from = '2026-11-01'
    const args = ['--named', 'arrivals-by-hour', '--from', from, '--format', 'csv']
    const { stdout, exitCode, started } = await query(play, ...args)
    expect(stdout).toBe('source_id,items\nlms,7\n,1\n')
    expect(exitCode).toBe(0)
    const { sql } = namedQueries.find(({ id }) => id === 'arrivals-by-hour')!
    // Once: whether the lake is empty is a question that would be charged.
    expect(started).toMatchObject([
      { QueryString: narrowed(sql, { from }), WorkGroup: 'nonius-test' },
    ])
  })

  it('narrows SQL of your own, and writes Parquet with the types of Athena', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'a.parquet')
    const narrow = ['--by', 'event', '--to', '2026-11-30', '--course', "o'biology"]
    const { stderr, exitCode, started } = await query(play, 'SELECT 1', '-o', file, ...narrow)
    expect(exitCode).toBe(0)
    expect(stderr).toContain('happened to 2026-11-30 (occurred_at, UTC)')
    expect(started).toHaveLength(1)
    expect(started[0]!.QueryString).toBe(
      `WITH events AS (SELECT * FROM "nonius_test".events WHERE (day BETWEEN '2026-01-01' AND '2999-12-31' AND occurred_at < CAST('2026-12-01 00:00:00.000 UTC' AS timestamp with time zone) AND coalesce(course_id, group_id) = 'o''biology'))\nSELECT 1`,
    )
    await using duck = createDuck()
    const connection = await duck.connect()
    const read = await connection.runAndReadAll(`SELECT *, typeof(items) FROM '${file}'`)
    expect(read.getRowsJson()).toEqual([
      ['lms', '7', 'BIGINT'],
      [null, '1', 'BIGINT'],
    ])
    connection.closeSync()
  })

  it('asks where the data lies only when nothing was found', async () => {
    const nothing: Play = { columns: [['n', 'bigint']], pages: [[['n']]] }
    const { stderr, started } = await query(nothing, 'SELECT 1', '--source', 'lms')
    expect(started.map(({ QueryString }) => String(QueryString).split('\n').at(-1))).toEqual([
      'SELECT 1',
      `SELECT min(received_at) AS first, max(received_at) AS last FROM events WHERE source_id = 'lms'`,
    ])
    expect(stderr).toContain('The lake has no event with --source lms.')
  })

  it('stops the query at Athena at Ctrl-C', async () => {
    await using athena = startAthena({ statuses: [{ State: 'RUNNING' }] })
    const running = start(commandOf('SELECT 1'), { env: envOf(athena) })
    while (athena.bodiesOf('GetQueryExecution').length === 0) await Bun.sleep(10)
    const { exitCode, stderr } = await running.interrupt()
    expect(stderr).toBe('The query was cancelled.\n')
    expect(exitCode).toBe(130)
    expect(athena.bodiesOf('StopQueryExecution')).toEqual([{ QueryExecutionId: 'q-1' }])
  })

  it('says what is wrong with the SQL, in the words of the engine', async () => {
    const reason = "line 1:8: Column 'nothing' cannot be resolved"
    const refusal: Play['refusal'] = ['InvalidRequestException', reason]
    const { stderr, exitCode } = await query({ refusal }, 'SELECT nothing FROM events')
    expect(stderr).toBe(`Line 1:8: Column 'nothing' cannot be resolved.\n`)
    expect(exitCode).toBe(1)
  })
})
