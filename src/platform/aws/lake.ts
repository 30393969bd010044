import {
  type AthenaClient,
  GetQueryExecutionCommand,
  type GetQueryResultsCommandOutput,
  InvalidRequestException,
  paginateGetQueryResults,
  type QueryExecution,
  type QueryExecutionStatus,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { AppError } from '../../error/app-error'
import { StorageError } from '../../error/storage-error'
import type { Lake } from '../lake'
import { guarded } from './errors'
import { athenaResult } from './lake/athena-result'

export interface LakeNeeds {
  client: AthenaClient
  /** Decides where results go, how they are encrypted, and how much a query may read. */
  workgroup: string
  /** Of Glue, with the view `events`. */
  database: string
  /** How long a query may take, in milliseconds, until it is stopped. */
  patienceMs?: number
}

// Longer than what a person waits for at a prompt; Athena itself would go on for half an hour.
const PATIENCE_MS = 5 * 60 * 1000
// The shortest queries take half a second. Growing by half, the delay seen stays under a third.
const FIRST_POLL_MS = 200
const LAST_POLL_MS = 5000
const GROWTH = 1.5

/**
 * SQL by Athena. Of a column that is a list or a row, Athena gives text that cannot be taken apart
 * for certain: `CAST(issue_codes AS json)` gives it as JSON.
 */
export function createLake(needs: LakeNeeds): Lake {
  const { client, workgroup, database, patienceMs = PATIENCE_MS } = needs
  const running = new Set<string>()

  async function start(sql: string): Promise<string> {
    const started = await guarded('starting a query', () => {
      return client.send(
        // A retry carries the same ClientRequestToken (the SDK sees to it): it starts nothing anew.
        new StartQueryExecutionCommand({
          QueryString: sql,
          WorkGroup: workgroup,
          QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: database },
        }),
      )
    }).catch((error: StorageError) => {
      // Athena parses before it starts.
      const { cause } = error
      throw cause instanceof InvalidRequestException ? refusal(cause.message, cause) : error
    })
    return started.QueryExecutionId!
  }

  async function stop(QueryExecutionId: string) {
    await guarded('stopping a query', () =>
      client.send(new StopQueryExecutionCommand({ QueryExecutionId })),
    )
  }

  async function finished(QueryExecutionId: string): Promise<QueryExecution> {
    const deadline = performance.now() + patienceMs
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * GROWTH, LAST_POLL_MS)) {
      const { QueryExecution: execution } = await guarded('waiting for a query', () =>
        client.send(new GetQueryExecutionCommand({ QueryExecutionId })),
      )
      const { State } = execution!.Status!
      if (State !== 'QUEUED' && State !== 'RUNNING') return execution!
      if (performance.now() + pause > deadline) {
        await stop(QueryExecutionId)
        throw refusal(`The query was stopped after ${patienceMs / 1000} s. ${ADVICE}`)
      }
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }

  async function resultsOf(QueryExecutionId: string) {
    const pages: GetQueryResultsCommandOutput[] = []
    await guarded('reading the result of a query', async () => {
      for await (const page of paginateGetQueryResults({ client }, { QueryExecutionId })) {
        pages.push(page)
      }
    })
    return pages
  }

  return {
    async query(sql) {
      const id = await start(sql)
      running.add(id)
      try {
        const { Status, StatementType } = await finished(id)
        if (Status!.State !== 'SUCCEEDED') throw failure(Status!)
        return athenaResult(await resultsOf(id), StatementType)
      } finally {
        running.delete(id)
      }
    },
    /** Stops what still runs, since it would be charged; the client is its owner's. */
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map(stop))
    },
  }
}

const ADVICE = 'Narrow it to fewer days of arrival (`day`), or name fewer columns.'

// What Athena says when a query passes the workgroup's limit ("Control costs with per-query limits").
const SCAN_LIMIT = /bytes scanned limit/i

/** Of `AthenaError.ErrorCategory` (API reference): 1 is Athena's own fault, 2 the query's, 3 neither's. */
const SYSTEM = 1

function failure({ State, StateChangeReason, AthenaError }: QueryExecutionStatus): Error {
  const reason = AthenaError?.ErrorMessage ?? StateChangeReason ?? 'Athena gave no reason'
  if (SCAN_LIMIT.test(reason)) {
    return refusal(`The query would read more than the workgroup allows. ${ADVICE}`)
  }
  const isRetriable = AthenaError?.Retryable === true
  if (isRetriable || AthenaError?.ErrorCategory === SYSTEM) {
    return new StorageError(`running a query: ${reason}`, { isRetriable })
  }
  if (State === 'CANCELLED') return refusal(`The query was stopped: ${reason}`)
  return refusal(reason)
}

function refusal(message: string, cause?: unknown): AppError {
  return new AppError('invalid_request', message, { cause })
}
