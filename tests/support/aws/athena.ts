import { AthenaClient } from '@aws-sdk/client-athena'

/** What Athena would say of one query. */
export interface Play {
  /** Answers of GetQueryExecution, one after another; the last stays. */
  statuses?: { State: string; [more: string]: unknown }[]
  statementType?: string
  /** What GetQueryExecution tells beside the status. */
  statistics?: { DataScannedInBytes: number }
  columns?: [name: string, type: string][]
  /** Pages of GetQueryResults; null is a value that is absent. */
  pages?: (string | null)[][][]
  /** In place of starting: an error's name and message. */
  refusal?: [name: string, message: string]
}

type Body = Record<string, unknown>

const CANCELLED = { State: 'CANCELLED', StateChangeReason: 'Query cancelled by user' }

/**
 * Athena's JSON protocol (`X-Amz-Target: AmazonAthena.…`) with answers that a test writes: no emulator
 * runs its SQL, so what a query means is tested on Trino, and here only how it is asked.
 */
export function startAthena(play: Play) {
  const asked: { action: string; body: Body }[] = []
  let polls = 0
  let isStopped = false
  const { statuses = [{ State: 'SUCCEEDED' }], statementType = 'DML' } = play

  const answers: Record<string, (body: Body) => Body> = {
    StartQueryExecution: () => ({ QueryExecutionId: 'q-1' }),
    GetQueryExecution() {
      const status = statuses[Math.min(polls++, statuses.length - 1)]!
      const isOver = status.State !== 'QUEUED' && status.State !== 'RUNNING'
      const Status = isStopped && !isOver ? CANCELLED : status
      const { statistics: Statistics } = play
      return { QueryExecution: { Status, Statistics, StatementType: statementType } }
    },
    GetQueryResults({ NextToken }) {
      const page = Number(NextToken ?? 0)
      const { columns = [], pages = [[]] } = play
      const rows = pages[page]!.map((row) => ({
        Data: row.map((text) => (text === null ? {} : { VarCharValue: text })),
      }))
      const ColumnInfo = columns.map(([Name, Type]) => ({ Name, Type }))
      return {
        ResultSet: { Rows: rows, ResultSetMetadata: { ColumnInfo } },
        ...(page + 1 < pages.length && { NextToken: String(page + 1) }),
      }
    },
    StopQueryExecution() {
      isStopped = true
      return {}
    },
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const action = request.headers.get('x-amz-target')!.replace('AmazonAthena.', '')
      const body = (await request.json()) as Body
      asked.push({ action, body })
      const headers = { 'content-type': 'application/x-amz-json-1.1' }
      if (play.refusal && action === 'StartQueryExecution') {
        const [__type, message] = play.refusal
        return Response.json({ __type, message }, { status: 400, headers })
      }
      return Response.json(answers[action]!(body), { headers })
    },
  })

  const client = new AthenaClient({
    region: 'us-east-1',
    endpoint: server.url.href,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  return {
    client,
    endpoint: server.url.href,
    asked,
    bodiesOf: (action: string) =>
      asked.filter((one) => one.action === action).map(({ body }) => body),
    async [Symbol.asyncDispose]() {
      client.destroy()
      await server.stop(true)
    },
  }
}
