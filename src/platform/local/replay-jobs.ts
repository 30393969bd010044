import type { Database } from 'bun:sqlite'
import type { ReplayJob, ReplayJobs, ReplayProgress } from '../replay-jobs'
import { createRows } from './rows'

export const replayJobsSchema = `
CREATE TABLE IF NOT EXISTS replayJobs (
  tenantId TEXT NOT NULL,
  replayId TEXT NOT NULL,
  begun INTEGER PRIMARY KEY AUTOINCREMENT,
  isOpen INTEGER NOT NULL,
  job TEXT NOT NULL,
  progress TEXT NOT NULL,
  UNIQUE (tenantId, replayId)
) STRICT;
CREATE INDEX IF NOT EXISTS openReplayJobs ON replayJobs (isOpen, tenantId, begun)`

// A job is at most 64 KB of patch and a few more of what else was asked. The jobs of one tenant run
// one after another; the rest waits.
const OPEN_OF_TENANT = 10
const OPEN = 1_000
// The newest finished jobs of a tenant stay, for a person who asks later what became of one.
const KEPT_OF_TENANT = 100

interface JobRow {
  job: string
  progress: string
}

export function createReplayJobs(db: Database): ReplayJobs {
  const { all, one, run } = createRows(db)
  const newest = `SELECT begun FROM replayJobs WHERE tenantId = ? ORDER BY begun DESC LIMIT ?`

  return {
    async add({ progress, ...job }) {
      const { tenantId, replayId } = job
      const counted = `SELECT count(*) AS "all", coalesce(sum(tenantId = ?), 0) AS own
        FROM replayJobs WHERE isOpen = 1`
      const what = 'adding a replay'
      const open = await one<{ all: number; own: number }>(what, counted, tenantId)
      if (open!.all >= OPEN || open!.own >= OPEN_OF_TENANT) return false
      const sql = `INSERT INTO replayJobs (tenantId, replayId, isOpen, job, progress)
        VALUES (?, ?, 1, ?, ?)`
      await run(what, sql, tenantId, replayId, JSON.stringify(job), JSON.stringify(progress))
      const old = `DELETE FROM replayJobs WHERE tenantId = ? AND isOpen = 0 AND begun NOT IN (${newest})`
      await run(what, old, tenantId, tenantId, KEPT_OF_TENANT)
      return true
    },

    async get(tenantId, replayId) {
      const sql = 'SELECT job, progress FROM replayJobs WHERE tenantId = ? AND replayId = ?'
      return jobOf(await one<JobRow>('reading a replay', sql, tenantId, replayId))
    },

    async note({ tenantId, replayId }, progress) {
      const sql =
        'UPDATE replayJobs SET isOpen = ?, progress = ? WHERE tenantId = ? AND replayId = ?'
      const isOpen = progress.finishedAt === undefined ? 1 : 0
      await run('noting a replay', sql, isOpen, JSON.stringify(progress), tenantId, replayId)
    },

    async next(afterTenant) {
      // The job is found by the index alone, which has no patches in it.
      const sql = `SELECT job, progress FROM replayJobs WHERE begun = (
        SELECT begun FROM replayJobs WHERE isOpen = 1
        ORDER BY tenantId <= ?, tenantId, begun LIMIT 1)`
      return jobOf(await one<JobRow>('looking for a replay', sql, afterTenant))
    },

    async expire(finishedBefore) {
      const sql = `DELETE FROM replayJobs WHERE isOpen = 0 AND progress ->> '$.finishedAt' < ?
        RETURNING replayId`
      const gone = await all('forgetting replays', sql, finishedBefore.toISOString())
      return { dropped: gone.length }
    },
  }
}

function jobOf(row: JobRow | undefined): ReplayJob | undefined {
  if (row === undefined) return undefined
  const progress = JSON.parse(row.progress) as ReplayProgress
  return { ...(JSON.parse(row.job) as Omit<ReplayJob, 'progress'>), progress }
}
