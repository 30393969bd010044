import { mkdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../../../error/storage-error'
import type { ExpiredDay, KeptDays } from '../../settlement'
import { LAKE_FOLDER_MODE } from '../durable-files'
import type { ArchiveChild } from '../parquet/archive-child'
import type { Exchanging } from './exchange-for-readers'
import type { Settled, SettleJob, Summary } from './jobs/job'
import { readManifest, writeJson } from './manifest'
import {
  filesOf,
  folderIn,
  idsOf,
  manifestOf,
  namesIn,
  type Partition,
  settlingOf,
  WHOLE_DAY,
} from './places'
import { beginReplacing } from './replace'

const DAY_MS = 86_400_000

/** Removes from a day what has been kept for long enough. */
export function createExpirer(expiring: Exchanging & { child: ArchiveChild }) {
  const { folder, child } = expiring
  async function run(job: SettleJob): Promise<Settled> {
    const outcome = await child.run(job)
    if ('reason' in outcome) {
      throw new StorageError(outcome.reason, { isRetriable: outcome.kind !== 'refused' })
    }
    return outcome
  }

  async function summaryOf(one: Partition, staging: string): Promise<Summary> {
    const { landed, settled } = await filesOf(folder, one)
    if (landed.length === 0) {
      const manifest = await readManifest(folder, one)
      if (manifest !== undefined) return manifest.summary
    }
    const files = [...landed, ...settled].map(({ path }) => path)
    const answer = await run({ kind: 'settle', step: 'summary', staging, files })
    return answer.kind === 'summed' ? answer.summary : {}
  }

  return async function expireDay(
    one: Partition,
    options: { now: Date; keptDays: KeptDays; isDryRun: boolean },
  ): Promise<ExpiredDay | undefined> {
    const { now, keptDays, isDryRun } = options
    const staging = join(settlingOf(folder), 'expiring')
    await mkdir(staging, { recursive: true, mode: LAKE_FOLDER_MODE })
    const summary = await summaryOf(one, staging)
    const end = Date.parse(`${one.day}T00:00:00.000Z`) + DAY_MS
    const isOver = (days: number) => end + days * DAY_MS <= now.getTime()
    const due: { tenantId: string; before: string }[] = []
    let isOwn = false
    for (const [tenantId, { rows, leastDays }] of Object.entries(summary)) {
      if (rows === 0) continue
      const kept = (await keptDays(tenantId))[one.retentionClass]
      if (isOver(kept)) {
        const before = new Date(now.getTime() - kept * DAY_MS).toISOString()
        due.push({ tenantId, before })
      } else if (leastDays !== undefined && isOver(leastDays)) isOwn = true
    }
    if (due.length === 0 && !isOwn) return undefined
    const files = await filesOf(folder, one)
    let removed = 0
    await using replacing = beginReplacing(expiring)
    for (const { hour, name, path: file } of [...files.landed, ...files.settled]) {
      const made = await replacing.madeFor(one, [hour, name])
      const job = { kind: 'settle', step: 'expire', staging, file, made, due } as const
      const answer = await run({ ...job, now: now.toISOString(), isDryRun })
      if (answer.kind !== 'expired') throw new Error(`expiring was answered by ${answer.kind}`)
      removed += answer.removed
      if (isDryRun || answer.removed === 0) continue
      // A landed file stays without rows, so that its batch is not written again.
      const isOver = answer.left === 0 && hour === WHOLE_DAY
      await (isOver ? replacing.remove(one, [hour, name]) : replacing.replace(one, [hour, name]))
    }
    await replacing.finish()
    if (!isDryRun) await tidy(one, staging)
    return removed === 0 ? undefined : { ...one, rows: removed }
  }

  /** Says anew what the day holds; of a day without rows, nothing stays. */
  async function tidy(one: Partition, staging: string) {
    const { landed, settled } = await filesOf(folder, one)
    const files = [...landed, ...settled].map(({ path }) => path)
    const manifest = await readManifest(folder, one)
    if (files.length > 0) {
      const answer = await run({ kind: 'settle', step: 'summary', staging, files })
      const summary = answer.kind === 'summed' ? answer.summary : {}
      if (manifest !== undefined) await writeJson(manifestOf(folder, one), { ...manifest, summary })
      return
    }
    await rm(idsOf(folder, one), { force: true })
    const day = folderIn(folder, one)
    for (const hour of await namesIn(day)) await rmdir(join(day, hour)).catch(() => {})
    await rmdir(day).catch(() => {})
  }
}
