import type { DuckDBConnection } from '@duckdb/node-api'
import { createDuck } from '../../parquet/duck'
import { duckFailure, otherFailure } from '../../parquet/failure'
import { findCopies } from './copies'
import { expireFrom } from './expire'
import type { SettleAnswer, SettleJob } from './job'
import { joinRuns } from './join'
import { sortRun } from './sort'
import { summaryOf } from './summary'

// A run's rows are held twice while they are sorted, with room for a row group that is written. The
// process stays below what the archive's own jobs take (docs/limits.md).
const MEMORY = '192MB'

/** Does one step, in a DuckDB of its own that may use the staging folder for what it cannot hold. */
export async function settleStep(job: SettleJob): Promise<SettleAnswer> {
  if (job.step === 'join') return joinRuns(job).catch(otherFailure)
  await using duck = createDuck({ threads: 1, memoryLimit: MEMORY, spillTo: job.staging })
  let connection: DuckDBConnection
  try {
    connection = await duck.connect()
    // DuckDB would keep what it has freed: half a gigabyte after some runs.
    await connection.run(`SET allocator_bulk_deallocation_flush_threshold = '1MB'`)
    await connection.run('SET enable_external_file_cache = false')
  } catch (error) {
    return { ...otherFailure(error), kind: 'waiting' }
  }
  try {
    switch (job.step) {
      case 'sort':
        return await sortRun(job, connection)
      case 'copies':
        return await findCopies(job, connection)
      case 'summary':
        return { kind: 'summed', summary: await summaryOf(job.files, connection) }
      case 'expire':
        return await expireFrom(job, connection)
    }
  } catch (error) {
    return duckFailure(error)
  } finally {
    connection.closeSync()
  }
}
