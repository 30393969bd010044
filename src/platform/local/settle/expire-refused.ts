import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Glob } from 'bun'
import { usualDays } from '../../../event/kept-days'
import type { EventRecord, RetentionClass } from '../../../event/record'
import type { KeptDays } from '../../settlement'
import { LAKE_FILE_MODE, sync } from '../durable-files'

const DAY_MS = 86_400_000

/**
 * Removes what is due from the records that DuckDB did not take, which are stored beside the lake. A
 * line that holds no whole record is of no tenant that could be told: it goes by its day, after as long
 * as its class is kept as a rule.
 * @param staging the folder to make files in
 */
export async function expireRefused(
  refused: string,
  options: { now: Date; keptDays: KeptDays; isDryRun: boolean; staging: string },
): Promise<number> {
  const { now, keptDays, isDryRun, staging } = options
  let removed = 0
  const pattern = new Glob('retention_class=*/day=*/*/*.json')
  const names = await Array.fromAsync(pattern.scan(refused)).catch(() => [])
  for (const name of names.sort()) {
    const [, retentionClass, day] = /retention_class=(\w+)\/day=([\d-]+)\//.exec(name) ?? []
    const file = join(refused, name)
    const made = join(staging, `${randomUUID()}.json`)
    let going = 0
    let staying = 0
    try {
      {
        await using from = await open(file, 'r')
        await using to = await open(made, 'wx', LAKE_FILE_MODE)
        for await (const line of from.readLines({ encoding: 'utf8', autoClose: false })) {
          const kept = await daysOf(line, retentionClass as RetentionClass, keptDays)
          const arrived = arrivalOf(line) ?? Date.parse(`${day}T00:00:00.000Z`) + DAY_MS
          if (arrived + kept * DAY_MS <= now.getTime()) going += 1
          else {
            staying += 1
            await to.writeFile(`${line}\n`)
          }
        }
        await to.sync()
      }
      removed += going
      if (isDryRun || going === 0) continue
      if (staying === 0) await rm(file, { force: true })
      else await rename(made, file)
      await sync(dirname(file))
    } finally {
      await rm(made, { force: true })
    }
  }
  return removed
}

function recordOf(line: string): Partial<EventRecord> | undefined {
  return (JSON.parse(line) as { record?: Partial<EventRecord> }).record
}

function arrivalOf(line: string): number | undefined {
  const time = Date.parse(recordOf(line)?.receivedAt ?? '')
  return Number.isNaN(time) ? undefined : time
}

async function daysOf(line: string, retentionClass: RetentionClass, keptDays: KeptDays) {
  const { tenantId, retentionDays = Number.POSITIVE_INFINITY } = recordOf(line) ?? {}
  const days = tenantId === undefined ? usualDays : await keptDays(tenantId)
  return Math.min(days[retentionClass] ?? days.pii, retentionDays)
}
