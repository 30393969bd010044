import { AthenaClient } from '@aws-sdk/client-athena'
import { type GlueClient, UpdateTableCommand } from '@aws-sdk/client-glue'
import { glueView } from '../../../src/platform/aws/lake/glue-view'
import { SETTLED, SETTLED_PREFIX, settledColumns } from '../../../src/platform/aws/settlement/texts'
import { glueViewInput } from '../create-glue'
import type { TrinoResult } from './trino-client'
import { ICEBERG } from './trino-config'

type Body = Record<string, unknown>

// Athena tells questions from other statements whatever stands before their first word: space, a comment, a bracket.
const QUESTION = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*(?:SELECT|WITH|TABLE|VALUES)\b/i

interface Execution {
  sql: string
  submitted: Date
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED'
  reason?: string
  result?: TrinoResult
}

interface Needs {
  query(sql: string): Promise<TrinoResult>
  glue: GlueClient
  bucket: string
  database: string
  now(): Date
}

const trinoTypes: Record<string, string> = {
  string: 'varchar',
  'array<string>': 'array(varchar)',
  timestamp: 'timestamp(6)',
}
const typeOf = (type: string) => trinoTypes[type] ?? type

/**
 * Athena's JSON protocol over Trino. Statements of SQL are run to the letter; what Athena says in words of its
 * own (tables, views, `OPTIMIZE`, `VACUUM`) is said in Trino's.
 */
export function startAthenaByTrino({ query, glue, bucket, database, now }: Needs) {
  const executions: Execution[] = []
  const tokens = new Map<string, string>()
  /** Takes the place of a statement that begins so, once. */
  const failures = new Map<string, string>()

  async function run(sql: string): Promise<TrinoResult | undefined> {
    if (sql.startsWith('CREATE TABLE IF NOT EXISTS')) {
      const columns = settledColumns.map(({ name, type }) => `${name} ${typeOf(type)}`)
      const partitioning = /PARTITIONED BY \((.+)\)\n/.exec(sql)![1]!
      // The transform has its parts the other way round.
      const parts = partitioning.split(/, (?![^(]*\))/).map((part) => {
        return `'${part.replace(/bucket\((\d+), (\w+)\)/, 'bucket($2, $1)')}'`
      })
      return query(`CREATE TABLE IF NOT EXISTS ${ICEBERG}.${database}.${SETTLED} (${columns.join(', ')})
        WITH (partitioning = ARRAY[${parts.join(', ')}], format_version = 2, location = 's3://${bucket}/${SETTLED_PREFIX}')`)
    }
    const added = /^ALTER TABLE (\w+) ADD COLUMNS \((.+)\)$/.exec(sql)
    if (added) {
      for (const one of added[2]!.split(', ')) {
        const [name, type] = one.replaceAll('`', '').split(' ')
        await query(`ALTER TABLE ${added[1]} ADD COLUMN ${name} ${typeOf(type!)}`)
      }
      return undefined
    }
    const view = /^CREATE OR REPLACE VIEW events AS ([\s\S]+)$/.exec(sql)
    if (view) {
      await query(`EXPLAIN (TYPE VALIDATE) ${view[1]}`)
      const TableInput = glueViewInput(glueView({ database, sql: view[1] }))
      await glue.send(new UpdateTableCommand({ DatabaseName: database, TableInput }))
      return undefined
    }
    const optimized = /^OPTIMIZE (\w+) REWRITE DATA USING BIN_PACK( WHERE .+)?$/.exec(sql)
    if (optimized) return query(`ALTER TABLE ${optimized[1]} EXECUTE optimize${optimized[2] ?? ''}`)
    const vacuumed = /^VACUUM (\w+)$/.exec(sql)
    if (vacuumed) {
      await query(
        `ALTER TABLE ${vacuumed[1]} EXECUTE expire_snapshots(retention_threshold => '0s')`,
      )
      return query(
        `ALTER TABLE ${vacuumed[1]} EXECUTE remove_orphan_files(retention_threshold => '0s')`,
      )
    }
    return query(sql)
  }

  async function begin(execution: Execution) {
    const failure = [...failures].find(([start]) => execution.sql.startsWith(start))
    if (failure) {
      failures.delete(failure[0])
      Object.assign(execution, { state: 'FAILED', reason: failure[1] })
      return
    }
    try {
      const result = await run(execution.sql)
      Object.assign(execution, { state: 'SUCCEEDED', result })
    } catch (error) {
      Object.assign(execution, { state: 'FAILED', reason: (error as Error).message })
    }
  }

  function executionOf(id: unknown): Execution {
    return executions[Number(String(id).split('/').at(-1))]!
  }

  const answers: Record<string, (body: Body) => Body> = {
    StartQueryExecution({ QueryString, ClientRequestToken, WorkGroup }) {
      const known = tokens.get(ClientRequestToken as string)
      if (known !== undefined) return { QueryExecutionId: known }
      const execution: Execution = {
        sql: QueryString as string,
        submitted: now(),
        state: 'RUNNING',
      }
      // The work group is in it, so that who may ask for it can be told (`iam/access.ts`).
      const id = `${WorkGroup}/${executions.push(execution) - 1}`
      tokens.set(ClientRequestToken as string, id)
      void begin(execution)
      return { QueryExecutionId: id }
    },
    GetQueryExecution({ QueryExecutionId }) {
      const { state, reason, submitted, sql } = executionOf(QueryExecutionId)
      const SubmissionDateTime = submitted.getTime() / 1000
      const Status = { State: state, StateChangeReason: reason, SubmissionDateTime }
      const StatementType = QUESTION.test(sql) ? 'DML' : 'DDL'
      return { QueryExecution: { Status, StatementType } }
    },
    // The query goes on: nobody asks for it any more.
    StopQueryExecution: () => ({}),
    GetQueryResults({ QueryExecutionId }) {
      const { result } = executionOf(QueryExecutionId)
      const { columns = [], rows = [] } = result ?? {}
      const isUpdate = columns[0]?.name === 'rows'
      const header = { Data: columns.map(({ name }) => ({ VarCharValue: name })) }
      const data = rows.map((row) => ({
        Data: row.map((value) => (value === null ? {} : { VarCharValue: String(value) })),
      }))
      const ColumnInfo = columns.map(({ name, type }) => ({ Name: name, Type: type }))
      return {
        UpdateCount: isUpdate ? Number(rows[0]?.[0] ?? 0) : 0,
        ResultSet: { Rows: isUpdate ? [] : [header, ...data], ResultSetMetadata: { ColumnInfo } },
      }
    },
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const action = request.headers.get('x-amz-target')!.replace('AmazonAthena.', '')
      const answer = answers[action]!((await request.json()) as Body)
      return Response.json(answer, { headers: { 'content-type': 'application/x-amz-json-1.1' } })
    },
  })
  const client = new AthenaClient({
    region: 'us-east-1',
    endpoint: server.url.href,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  return {
    endpoint: server.url.origin,
    client,
    failures,
    statements: () => executions.map(({ sql }) => sql),
    async [Symbol.asyncDispose]() {
      client.destroy()
      await server.stop(true)
    },
  }
}
