import { join } from 'node:path'
import { openArchive } from '../../src/platform/local/archive'
import { openSettlement } from '../../src/platform/local/settlement'
import { silentLog } from '../../src/telemetry/log'
import { clockAt } from './clock'
import { temporaryFolder } from './folders'

/** A data folder with a lake that a test writes, settles and erases from. */
export async function openLoadLake() {
  const root = temporaryFolder()
  const folder = join(root.path, 'lake', 'events')
  const archive = openArchive({ folder, log: silentLog })
  const clock = clockAt(() => new Date('2026-11-18T12:00:00.000Z'))
  const settlement = await openSettlement({ folder, archive, clock })
  return {
    dataDir: root.path,
    archive,
    settlement,
    async [Symbol.asyncDispose]() {
      await archive[Symbol.asyncDispose]()
      root[Symbol.dispose]()
    },
  }
}

/** Asks a file of DuckDB, in this process: nobody has it open between two questions. */
export async function askDuckdb(file: string, sql: string): Promise<unknown[][]> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowsJS()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
