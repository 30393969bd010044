import type { DuckDBConnection } from '@duckdb/node-api'
import { hintOf } from '../../../event/person-id'
import type { EraseAnswer } from './archive-job'
import { PARQUET } from './copy-statement'
import { type Duck, literal } from './duck'
import { duckFailure, otherFailure } from './failure'
import { owns, type Removal } from './removal'
import { memoryFor } from './write-parquet'

/** Writes a Parquet file without the rows of some people; none when it has no such rows. */
export async function eraseFromParquet(removal: Removal, duck: Duck): Promise<EraseAnswer> {
  let connection: DuckDBConnection
  try {
    connection = await duck.connect()
  } catch (error) {
    return { ...otherFailure(error), kind: 'waiting' }
  }
  try {
    await connection.run(`SET memory_limit = '${memoryFor({ longest: 0 })}B'`)
    const { marks, eventIds, longest } = await rowsOf(connection, removal)
    const removed = eventIds.length
    const erased: EraseAnswer = { kind: 'erased', removed, looked: marks.length, eventIds }
    if (removed === 0 || removal.isDryRun) return erased
    const lack = await removal.lack()
    if (lack !== undefined) return lack
    await connection.run(`SET memory_limit = '${memoryFor({ longest })}B'`)
    await copyWithout(connection, removal, marks)
    return erased
  } catch (error) {
    return duckFailure(error)
  } finally {
    connection.closeSync()
  }
}

const STAYS = 0x30 // '0'
const GOES = 0x31 // '1'

/** Marks each row of the file with a character that says whether it goes. */
async function rowsOf(connection: DuckDBConnection, removal: Removal) {
  const { file, people, tenantId, actorIds } = removal
  const rows = await valuesOf(
    connection,
    `SELECT num_rows FROM parquet_file_metadata(${literal(file)})`,
  )
  const marks = Buffer.alloc(Number(rows[0]), STAYS)
  const columns = await valuesOf(
    connection,
    `SELECT column_name FROM (DESCRIBE SELECT * FROM ${rowsIn(file)})`,
  )
  // A file of an earlier version has no text beside that for SQL.
  const raw = columns.includes('raw_exact') ? 'coalesce(raw_exact, raw)' : 'raw'
  const eventIds: string[] = []
  let longest = 0
  const found = await connection.stream(
    `SELECT file_row_number, event_id, actor_id, ${raw} AS sent FROM ${rowsIn(file)}
     WHERE tenant_id = ${literal(tenantId)} AND (${mayBe(actorIds, raw)})`,
  )
  for await (const chunk of found.yieldRowsJson()) {
    for (const [row, eventId, actorId, sent] of chunk as [string, string, ...(string | null)[]][]) {
      const text = sent ?? ''
      longest = Math.max(longest, text.length * BYTES_A_CHARACTER)
      if (!owns(people, { actorId: actorId ?? undefined, raw: text })) continue
      marks[Number(row)] = GOES
      eventIds.push(eventId)
    }
  }
  return { marks, eventIds, longest }
}

// A UTF-16 unit takes at most so many bytes in UTF-8.
const BYTES_A_CHARACTER = 3

// To look for each of more ids is slower than to read every row.
const FEW = 32

/** Writes a condition that every row of theirs meets: DuckDB passes over most of the others. */
function mayBe(actorIds: readonly string[], raw: string): string {
  // SQL text ends at a NUL.
  if (actorIds.length > FEW || actorIds.some((id) => id.includes('\0'))) return 'true'
  const ids = actorIds.map(literal)
  // A text with a backslash may spell an id in another way.
  const hints = new Set(actorIds.map(hintOf))
  const contained = [...hints].map((hint) => `contains(${raw}, ${literal(hint)})`)
  const isActor = ids.length === 0 ? [] : [`actor_id IN (${ids.join(', ')})`]
  return [...isActor, ...contained, `contains(${raw}, chr(92))`].join(' OR ')
}

async function copyWithout(connection: DuckDBConnection, { file, made }: Removal, marks: Buffer) {
  // Bits stand instead of a join, which is free to change the order of rows.
  await connection.run(`SET VARIABLE gone = '${marks.toString('latin1')}'::BIT`)
  await connection.run(`COPY (SELECT * EXCLUDE (file_row_number) FROM ${rowsIn(file)}
    WHERE get_bit(getvariable('gone'), file_row_number::INTEGER) = 0) TO ${literal(made)} ${PARQUET}`)
}

function rowsIn(file: string): string {
  return `read_parquet(${literal(file)}, file_row_number = true, hive_partitioning = false)`
}

async function valuesOf(connection: DuckDBConnection, sql: string): Promise<unknown[]> {
  const reader = await connection.runAndReadAll(sql)
  return reader.getRowsJson().map(([value]) => value)
}
