import { availableParallelism, totalmem } from 'node:os'
import { duckFailure } from '../parquet/failure'
import type { Execute } from './execute'

const MIB = 1024 * 1024
// Two threads have 320 MiB, with which the process stays below 512. One that sorts or counts needs some 100 to work well;
// with half as much for both, what is put aside on the disk costs a third of a large query's time.
const MIB_OF_A_THREAD = 160
// DuckDB takes so much by itself.
const SHARE = 0.8

/**
 * Tells how much memory DuckDB may have on all cores, in its form: what a query needs beyond that goes to its folder
 * on the disk.
 */
export function memoryBound(): string {
  const machine = Math.min(process.constrainedMemory() || totalmem(), totalmem())
  const most = Math.min(availableParallelism() * MIB_OF_A_THREAD, (SHARE * machine) / MIB)
  return `${Math.floor(most)}MiB`
}

/**
 * Runs each statement within bounds, and once more without them where it holds what cannot go to the disk: one long
 * list for instance. It holds that before it has a row.
 */
export function boundedFirst({ bounded, free }: { bounded: Execute; free: Execute }): Execute {
  return async (statement, signal) => {
    try {
      return await bounded(statement, signal)
    } catch (error) {
      if (duckFailure(error).kind !== 'memory') throw error
      return free(statement, signal)
    }
  }
}
