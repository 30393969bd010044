import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LAKE_FILE_MODE, sync } from '../../durable-files'
import { joinParquet, schemaOfFile } from '../../parquet/join-parquet'
import type { JoinStep, SettleAnswer } from './job'

/** Joins runs into files, in their order. */
export async function joinRuns(step: JoinStep): Promise<SettleAnswer> {
  const { runs, folder, stem, mostBytes } = step
  const groups: string[][] = []
  let bytes = 0
  let schema: string | undefined
  for (const run of runs) {
    const { size } = await stat(run)
    const own = await schemaOfFile(run)
    // A file of an earlier version has fewer columns: it is joined with none of now.
    if (own !== schema || bytes + size > mostBytes) {
      groups.push([])
      bytes = 0
      schema = own
    }
    groups.at(-1)!.push(run)
    bytes += size
  }
  const names: string[] = []
  for (const [number, group] of groups.entries()) {
    const name = `${stem}-${number}z.parquet`
    await joinParquet(group, join(folder, name), LAKE_FILE_MODE)
    names.push(name)
  }
  await sync(folder)
  return { kind: 'joined', names }
}
