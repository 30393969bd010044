import { AppError } from '../error/app-error'
import { StorageError } from '../error/storage-error'
import type { Done, JobKind } from '../jobs/run-jobs'
import type { Log } from '../telemetry/log'
import { type AdvanceNeeds, advance, type Pace } from './advance'
import type { ExportJob, Whose } from './export'
import { linkedFile } from './linked-file'
import type { JobStore } from './store'

export interface Working {
  store: JobStore
  advanceNeeds: AdvanceNeeds
  log: Log
  now(): Date
}

// The lake of one machine answers one question at a time: others ask theirs between two pieces of an export. A
// person's takes a second or two.
const LEAST_PAUSE_MS = 5
const PAUSE_SHARE = 0.5
const MOST_PAUSE_MS = 2000
// A disk that is full for so many tries ends an export, and so does a day of whatever else: people ask again.
const MAX_FAILURES = 5
const MAX_AGE_MS = 24 * 60 * 60 * 1000
// A sentence of an engine may go on for pages.
const MAX_PROBLEM = 500

/** A piece that was begun in time may end: Athena gives a slice in half a minute. */
export const LAST_PIECE_MS = 40_000

/** Exports are jobs. */
export function exportJobs(working: Working): JobKind<Whose> {
  const { store, log } = working
  return {
    nameOf: ({ exportId }) => exportId,
    async running(tenantId) {
      const all = await store.list(tenantId)
      return all
        .filter(({ status }) => status === 'running')
        .map(({ exportId }) => ({ tenantId, exportId }))
    },
    piece: (whose, { signal, failures }) => piece(working, whose, { pace: { signal }, failures }),
    pauseMs: (tookMs) => Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, tookMs * PAUSE_SHARE)),
    unread: (reason) => log.error('exports cannot be read', { reason }),
  }
}

/** Ends an export that failed, or was cancelled, and leaves no part of it behind. */
export async function endJob(
  { store, advanceNeeds: { parts, platform } }: Pick<Working, 'store' | 'advanceNeeds'>,
  found: { job: ExportJob; etag: string },
  end: Pick<ExportJob, 'status' | 'problem'> & Partial<Pick<ExportJob, 'readyAt' | 'selection'>>,
): Promise<boolean> {
  const { job, etag } = found
  // The parts first: a full disk has room for the document then.
  await clear({ parts, platform }, job)
  const place = {}
  const isDone = await store.put(
    { ...job, ...end, parts: [], place, question: '', step: 'done' },
    etag,
  )
  return isDone !== undefined
}

export async function clear(
  { parts, platform }: Pick<AdvanceNeeds, 'parts' | 'platform'>,
  job: ExportJob,
): Promise<void> {
  const { file } = job.place
  if (file !== undefined && job.status === 'running') {
    await platform.fileLinks?.abandon(linkedFile(job), file)
  }
  await parts.removeAll(job)
}

/** Does one piece of an export, and stores how far it is. */
async function piece(
  working: Working,
  whose: Whose,
  { pace, failures }: { pace: Pace; failures: number },
): Promise<Done> {
  const { store, advanceNeeds, log, now } = working
  try {
    const found = await store.get(whose)
    if (found?.job.status !== 'running') {
      // The piece that was cut off when it was cancelled or erased may have put a part afterwards.
      if (found?.job.status !== 'ready') await advanceNeeds.parts.removeAll(whose)
      return 'over'
    }
    const { job, etag } = found
    try {
      const done = await advance(advanceNeeds, job, pace)
      if (done === 'wait') return 'wait'
      if ((await store.put(job, etag)) === undefined) {
        // It was cancelled or erased meanwhile: what this piece has just put must not stay behind.
        if ((await store.get(whose))?.job.status !== 'running') await clear(advanceNeeds, job)
        return 'trouble'
      }
      if (done === 'over') log.info('an export is ready', { ...whose, rows: job.rows })
      return done
    } catch (thrown) {
      if (pace.signal?.aborted === true) throw thrown
      const age = now().getTime() - Date.parse(job.createdAt)
      if (age < MAX_AGE_MS && thrown instanceof AppError && thrown.code === 'busy') return 'wait'
      if (age < MAX_AGE_MS && isPassing(thrown) && failures + 1 < MAX_FAILURES) throw thrown
      const again = await store.get(whose)
      if (again === undefined) return 'over'
      log.error('an export failed', { ...whose, reason: (thrown as Error).message })
      const problem = problemOf(thrown).slice(0, MAX_PROBLEM)
      // Parts of the piece that failed go with all others.
      const end = { status: 'failed' as const, problem, readyAt: now().toISOString() }
      return (await endJob(working, again, end)) ? 'over' : 'trouble'
    }
  } catch (thrown) {
    if (pace.signal?.aborted !== true) {
      log.warn('an export waits', { ...whose, reason: (thrown as Error).message })
    }
    return 'trouble'
  }
}

function problemOf(thrown: unknown): string {
  if (thrown instanceof AppError) return thrown.message
  if (!(thrown instanceof StorageError)) return 'Something broke on our side.'
  const { code } = (thrown.cause ?? {}) as { code?: unknown }
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? 'The disk is full. Free some room, or ask for fewer days or fields.'
    : 'The place where files are kept could not be written. Ask again later.'
}

function isPassing(thrown: unknown): boolean {
  return thrown instanceof StorageError && thrown.isRetriable
}
