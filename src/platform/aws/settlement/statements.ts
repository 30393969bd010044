import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  InvalidRequestException,
  type QueryExecutionStatus,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { guarded } from '../errors'
import { columnsOf, rowsOf } from '../lake/athena-result'

export type StatementState =
  | { status: 'running' }
  /** Athena took it at this time, before it read anything. */
  | { status: 'succeeded'; submittedAt: Date }
  /** `isMoreNeeded`: it did as much as one statement does, and is to be asked again for the rest. */
  | { status: 'failed'; reason: string; isMoreNeeded: boolean }

export interface Answer {
  columns: string[]
  rows: unknown[][]
  /** So many rows were inserted or deleted. */
  updated: number
}

/** Runs statements that change the lake. Athena runs them by itself, whoever waits or does not. */
export interface Statements {
  /**
   * @param token of a start: the same token with the same text starts nothing anew
   * @returns an id that is good for 45 days
   */
  start(sql: string, token: string): Promise<string>
  look(id: string): Promise<StatementState>
  /** Reads the first rows of an answer, a thousand at most. */
  answer(id: string): Promise<Answer>
}

// "ICEBERG_VACUUM_MORE_RUNS_NEEDED: Removed 1000 files in this round of vacuum, but there are more files
// remaining"; `OPTIMIZE` has the like.
const MORE_NEEDED = /^ICEBERG_[A-Z]+_MORE_RUNS_NEEDED/

const FORGOTTEN: QueryExecutionStatus = {
  State: 'FAILED',
  StateChangeReason: 'Athena does not know of it any more',
}

export function createStatements(needs: {
  client: AthenaClient
  /** The workgroup of settling has limits of its own: it reads more than a person may by mistake. */
  workgroup: string
  database: string
}): Statements {
  const { client, workgroup, database } = needs

  return {
    async start(sql, token) {
      const { QueryExecutionId } = await guarded('starting a statement of the lake', () =>
        client.send(
          new StartQueryExecutionCommand({
            QueryString: sql,
            ClientRequestToken: token,
            WorkGroup: workgroup,
            QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: database },
          }),
        ),
      )
      return QueryExecutionId!
    },

    async look(QueryExecutionId) {
      const { QueryExecution } = await guarded('waiting for a statement of the lake', () =>
        client.send(new GetQueryExecutionCommand({ QueryExecutionId })),
      ).catch((error) => {
        // Athena has forgotten it: it is asked again.
        if (!(error.cause instanceof InvalidRequestException)) throw error
        return { QueryExecution: { Status: FORGOTTEN } }
      })
      const status: QueryExecutionStatus = QueryExecution!.Status!
      const { State, StateChangeReason, AthenaError, SubmissionDateTime } = status
      if (State === 'SUCCEEDED') return { status: 'succeeded', submittedAt: SubmissionDateTime! }
      if (State === 'QUEUED' || State === 'RUNNING') return { status: 'running' }
      const reason = StateChangeReason ?? AthenaError?.ErrorMessage ?? 'Athena gave no reason'
      return { status: 'failed', reason, isMoreNeeded: MORE_NEEDED.test(reason) }
    },

    async answer(QueryExecutionId) {
      const found = await guarded('reading what a statement of the lake did', () =>
        client.send(new GetQueryResultsCommand({ QueryExecutionId })),
      )
      return {
        columns: columnsOf(found).map(({ name }) => name),
        rows: rowsOf(found, { isNamed: true, isZoned: false }),
        updated: Number(found.UpdateCount ?? 0),
      }
    },
  }
}
