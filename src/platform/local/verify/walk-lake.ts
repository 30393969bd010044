import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { EventRecord } from '../../../event/record'
import type { WalkedEvent, WalkedPlace } from '../../../merkle/verify/events'
import { lakeFolder } from '../lake'
import { rowsIn } from '../lake/view'
import { type Day, dayOf, daysOf, sourcesIn } from '../load/lake-files'
import { createDuck, type Duck, literal } from '../parquet/duck'
import { beginReading } from '../settle/reading'
import { openSpillFolder } from '../spill-folder'

// It works for long beside a server: ingest needs the other cores and the memory.
const LIMITS = { threads: 1, memoryLimit: '384MB' }

/**
 * Reads every event of the lake, a day of a class at a time, and what lies beside it because DuckDB did not
 * take it. A day that is settled meanwhile is read as it was or as it is.
 */
export function walkLake(dataDir: string): WalkedPlace {
  const folder = lakeFolder(dataDir)
  const problems: string[] = []

  async function* eventsOf(duck: Duck, day: Day, tenantId: string) {
    await using reading = await beginReading(folder)
    const { files } = await dayOf(folder, day, reading.journal)
    if (files.length === 0) return
    const rows = rowsIn(sourcesIn(files), { isUtc: true })
    const connection = await duck.connect()
    try {
      // The text as it was kept is beside one that SQL can read, where those differ.
      const sql = `SELECT event_id, coalesce(raw_exact, raw), strftime(received_at, '%Y-%m-%dT%H:%M:%S.%gZ')
        FROM (${rows}) WHERE tenant_id = ${literal(tenantId)}`
      const result = await connection.stream(sql)
      for await (const chunk of result.yieldRowsJson()) {
        yield chunk.map(([eventId, raw, receivedAt]) => ({
          eventId,
          kept: { raw },
          receivedAt,
        })) as WalkedEvent[]
      }
    } catch (error) {
      const [reason = ''] = (error as Error).message.split('\n')
      problems.push(
        `${day.day} of class ${day.retentionClass} cannot be read to its end: ${reason}`,
      )
    } finally {
      connection.closeSync()
    }
  }

  async function days(): Promise<Day[]> {
    await using reading = await beginReading(folder)
    return daysOf(folder, reading.journal)
  }

  return {
    name: 'lake',
    problems: () => problems,
    holds: () => true,

    async *events(tenantId) {
      using spill = openSpillFolder()
      await using duck = createDuck({ ...LIMITS, spillTo: spill.path })
      for (const day of await days()) yield* eventsOf(duck, day, tenantId)
      yield* setAside(join(dataDir, 'lake', 'refused'), tenantId)
    },
  }
}

/** Reads records that lie beside the lake, as `parquet/set-aside.ts` wrote them. */
async function* setAside(folder: string, tenantId: string): AsyncGenerator<WalkedEvent[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[])
  for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
    const lines = createInterface({ input: createReadStream(join(folder, name)) })
    for await (const line of lines) {
      const { record } = JSON.parse(line) as { record?: EventRecord }
      if (record?.tenantId !== tenantId) continue
      const { eventId, raw, receivedAt } = record
      yield [{ eventId, kept: { raw }, receivedAt }]
    }
  }
}
