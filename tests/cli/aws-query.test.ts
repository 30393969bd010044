import { describe, expect, it } from 'bun:test'
import { namedQueries } from '../../src/query/sql'
import { narrowed } from '../../src/query/sql/named-query'
import { type Play, startAthena } from '../support/aws/athena'
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
