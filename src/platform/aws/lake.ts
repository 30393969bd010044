import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  InvalidRequestException,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { AppError } from '../../error/app-error'
import type { StorageError } from '../../error/storage-error'
import type { Clock } from '../clock'
import type { Lake, LakeLimits, LakeReader, LakeState, SqlJudge } from '../lake'
import {
  limitsOf,
  nameOf,
  noSuchQuery,
  stoppedAfter,
  withinLimits,
  zoneOf,
} from '../shared/lake-answers'
import type { TokenSigner } from '../shared/page-token'
import { guarded } from './errors'
import { failureOf } from './lake/athena-failure'
import { columnsOf, rowsOf } from './lake/athena-result'
import { boundTo } from './lake/bound-sql'

export interface LakeNeeds {
  client: AthenaClient
  /**
   * The workgroup decides where results go, how they are encrypted, and how many bytes a query may
   * read.
   */
  workgroup: string
  /** Names the database of Glue, with the view `events`. */
  database: string
  /** Signs ids, so that one reader's is of no use to another. */
  tokens: () => Promise<TokenSigner>
  clock: Pick<Clock, 'now'>
}

/** A signed id says this to its reader: every function can answer it, and nothing is stored. */
interface Started {
  execution: string
  at: number
  limits: LakeLimits
  /** The query was asked in a time zone. */
  isZoned?: true
}

// GetQueryResults gives at most so many rows (API reference).
const PAGE_ROWS = 1000
const ADVICE = 'narrow it, or let Athena write it: UNLOAD (SELECT …) TO …'

/**
 * Answers SQL by Athena. Athena gives a column that is a list or a row as text that cannot be taken
 * apart for certain: `CAST(issue_codes AS json)` gives it as JSON.
 */
export function createLake(needs: LakeNeeds): Lake & SqlJudge {
  const { client, workgroup, database, tokens, clock } = needs

  async function submit(sql: string): Promise<string> {
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
      // Athena parses before it starts, so a bad query fails here.
      const { cause } = error
      if (!(cause instanceof InvalidRequestException)) throw error
      throw new AppError('invalid_request', cause.message, { cause })
    })
    return started.QueryExecutionId!
  }

  async function startedBy(reader: LakeReader, id: string): Promise<Started> {
    const signer = await tokens()
    try {
      return signer.read(id, questionOf(reader))
    } catch {
      throw noSuchQuery()
    }
  }

  async function look(QueryExecutionId: string): Promise<QueryExecution> {
    const { QueryExecution: found } = await guarded('waiting for a query', () =>
      client.send(new GetQueryExecutionCommand({ QueryExecutionId })),
    ).catch((error: StorageError) => {
      // Athena remembers a query for 45 days.
      throw error.cause instanceof InvalidRequestException ? noSuchQuery() : error
    })
    return found!
  }

  async function stop(QueryExecutionId: string) {
    await guarded('stopping a query', () =>
      client.send(new StopQueryExecutionCommand({ QueryExecutionId })),
    )
  }

  function readPage(QueryExecutionId: string, NextToken?: string) {
    return guarded('reading the result of a query', () =>
      client.send(
        new GetQueryResultsCommand({ QueryExecutionId, NextToken, MaxResults: PAGE_ROWS }),
      ),
    )
  }

  async function* pagesFrom(
    first: GetQueryResultsCommandOutput,
    execution: QueryExecution,
    isZoned: boolean,
  ) {
    yield rowsOf(first, { isNamed: execution.StatementType === 'DML', isZoned })
    for (let token = first.NextToken; token !== undefined; ) {
      const page = await readPage(execution.QueryExecutionId!, token)
      yield rowsOf(page, { isNamed: false, isZoned })
      token = page.NextToken
    }
  }

  async function poll(reader: LakeReader, id: string): Promise<LakeState> {
    const { execution: name, at, limits, isZoned = false } = await startedBy(reader, id)
    const execution = { ...(await look(name)), QueryExecutionId: name }
    const { State } = execution.Status!
    if (State === 'QUEUED' || State === 'RUNNING') {
      if (clock.now().getTime() - at > limits.ms) {
        await stop(name)
        return { status: 'failed', reason: stoppedAfter(limits) }
      }
      const scannedBytes = execution.Statistics?.DataScannedInBytes
      return {
        status: 'running',
        ...(scannedBytes !== undefined && { progress: { scannedBytes } }),
      }
    }
    if (State !== 'SUCCEEDED') return { status: 'failed', reason: failureOf(execution.Status!) }
    const first = await readPage(name)
    const pages = withinLimits(pagesFrom(first, execution, isZoned), limits, ADVICE)
    return { status: 'done', columns: columnsOf(first), pages }
  }

  return {
    isImmediate: false,

    async start({ reader, sql, limits, timezone: asked, where, foreign }) {
      const tenantId = reader === 'operator' ? undefined : reader.tenantId
      const timezone = zoneOf(asked)
      const bound = await boundTo(sql, { tenantId, timezone, where, foreign, database })
      const execution = await submit(bound)
      const signer = await tokens()
      const at = clock.now().getTime()
      const isZoned = timezone === undefined ? {} : { isZoned: true as const }
      const started: Started = { execution, at, limits: limitsOf(limits), ...isZoned }
      return signer.issue(started, questionOf(reader))
    },

    poll,

    async judge(sql) {
      return (await import('./lake/foreign')).judgeForeign(sql)
    },

    async cancel(reader, id) {
      await stop((await startedBy(reader, id)).execution)
    },

    /**
     * Closes nothing: running queries go on, their ids are good in the next process, and the client
     * is its owner's.
     */
    async [Symbol.asyncDispose]() {},
  }
}

/**
 * Makes the text that a reader's id is signed with. Cursors of other questions are signed with the
 * same key.
 */
function questionOf(reader: LakeReader): string {
  return `lake query ${nameOf(reader)}`
}
