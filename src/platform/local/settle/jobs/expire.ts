import { chmod, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { lackOfRoom } from '../../disk-room'
import { LAKE_FILE_MODE, sync } from '../../durable-files'
import { PARQUET } from '../../parquet/copy-statement'
import { literal } from '../../parquet/duck'
import { otherFailure } from '../../parquet/failure'
import type { ExpireStep, SettleAnswer } from './job'
import { valuesOf } from './sql'

const DAY_MS = 86_400_000
// A file written anew is as large as it was at most, and perhaps packed a little less well.
const ROOM_PART = 1.25

/** Makes a file without what is due, durably. Whoever asked moves it to its place. */
export async function expireFrom(
  step: ExpireStep,
  connection: DuckDBConnection,
): Promise<SettleAnswer> {
  const { file, made, isDryRun } = step
  const source = `read_parquet(${literal(file)}, hive_partitioning = false)`
  const names = await valuesOf(
    connection,
    `SELECT column_name FROM (DESCRIBE SELECT * FROM ${source})`,
  )
  const isDue = conditionOf(step, new Set(names.map(([name]) => String(name))))
  const [[removed, left] = []] = await valuesOf(
    connection,
    `SELECT count(*) FILTER (${isDue}), count(*) FILTER (NOT ${isDue}) FROM ${source}`,
  )
  const answer = { kind: 'expired', removed: Number(removed), left: Number(left) } as const
  if (isDryRun || answer.removed === 0) return answer
  const lack = await lackOfRoom(dirname(made), (await stat(file)).size * ROOM_PART)
  if (lack !== undefined) return { kind: 'room', ...lack }
  let isMade = false
  try {
    await connection.run(
      `COPY (SELECT * FROM ${source} WHERE NOT ${isDue}) TO ${literal(made)} ${PARQUET}`,
    )
    await chmod(made, LAKE_FILE_MODE)
    await sync(made)
    isMade = true
    return answer
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return otherFailure(error)
    throw error
  } finally {
    if (!isMade) await rm(made, { force: true })
  }
}

function conditionOf({ due, now }: ExpireStep, names: ReadonlySet<string>): string {
  const tenants = due.map(({ tenantId, before }) => {
    return `(tenant_id = ${literal(tenantId)} AND epoch_ms(received_at) < ${Date.parse(before)})`
  })
  // A number of days may be any: times do not go so far.
  const own = `epoch_ms(received_at) + retention_days::DOUBLE * ${DAY_MS} <= ${Date.parse(now)}`
  const all = [...tenants, ...(names.has('retention_days') ? [own] : [])]
  return `coalesce(${['false', ...all].join(' OR ')}, false)`
}
