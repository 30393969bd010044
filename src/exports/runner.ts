import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../error/app-error'
import { StorageError } from '../error/storage-error'
import type { Registry } from '../platform/registry'
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

/** Carries exports on in this process, one piece after another, until disposed. */
export interface Runner extends AsyncDisposable {
  wake(whose: Whose): void
  /** Ends the piece of an export that is under way. */
  stop(whose: Whose): void
}

// The lake of one machine answers one question at a time: others ask theirs between two pieces of an export. A
// person's takes a second or two.
const LEAST_PAUSE_MS = 5
const PAUSE_SHARE = 0.5
const MOST_PAUSE_MS = 2000
// A store or a lake that is busy is asked again after so long.
const TROUBLE_MS = 1000
// A disk that is full for so many tries ends an export, and so does a day of whatever else: people ask again.
const MAX_FAILURES = 5
const MAX_AGE_MS = 24 * 60 * 60 * 1000
// A sentence of an engine may go on for pages.
const MAX_PROBLEM = 500

/** Carries on what was begun, also by an earlier process; exports take turns. */
export function startRunner(working: Working, { tenants }: Pick<Registry, 'tenants'>): Runner {
  const { store, log } = working
  const stopping = new AbortController()
  const { signal } = stopping
  const open: Whose[] = []
  const failures = new Map<string, number>()
  let awake = Promise.withResolvers<void>()
  let current: { exportId: string; cut: AbortController } | undefined
  const running = run()

  async function run() {
    while (!signal.aborted && !(await findOpen())) await pause(TROUBLE_MS)
    while (!signal.aborted) {
      const whose = open.shift()
      if (whose === undefined) {
        await awake.promise
        awake = Promise.withResolvers()
        continue
      }
      const { exportId } = whose
      const cut = new AbortController()
      current = { exportId, cut }
      const began = performance.now()
      const last = failures.get(exportId) ?? 0
      const done = await piece(working, whose, {
        pace: { signal: AbortSignal.any([signal, cut.signal]) },
        failures: last,
      })
      current = undefined
      if (done === 'over') failures.delete(exportId)
      else {
        failures.set(exportId, done === 'trouble' ? last + 1 : 0)
        open.push(whose)
      }
      const took = (performance.now() - began) * PAUSE_SHARE
      const next = Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, took))
      await pause(done === 'more' || done === 'over' ? next : TROUBLE_MS)
    }
  }

  async function findOpen(): Promise<boolean> {
    try {
      for (const { tenantId } of await tenants.list()) {
        for (const { exportId, status } of await store.list(tenantId)) {
          if (status === 'running') open.push({ tenantId, exportId })
        }
      }
      return true
    } catch (error) {
      log.error('exports cannot be read', { reason: (error as Error).message })
      return false
    }
  }

  function pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal }).catch(() => {})
  }

  return {
    wake({ tenantId, exportId }) {
      if (!open.some((one) => one.exportId === exportId)) open.push({ tenantId, exportId })
      awake.resolve()
    },

    stop({ exportId }) {
      if (current?.exportId === exportId) current.cut.abort()
    },

    async [Symbol.asyncDispose]() {
      stopping.abort()
      awake.resolve()
      await running
    },
  }
}

/** Carries on the exports of these tenants for so long, for a function that is called now and then. */
export async function carryOn(
  working: Working,
  tenantIds: readonly string[],
  { maxMs, monotonic }: { maxMs: number; monotonic(): number },
): Promise<void> {
  const end = monotonic() + maxMs
  const isOver = () => monotonic() >= end
  const pace = { signal: AbortSignal.timeout(maxMs + LAST_PIECE_MS) }
  for (const tenantId of tenantIds) {
    for (const { exportId, status } of await working.store.list(tenantId)) {
      if (status !== 'running') continue
      if (isOver()) return
      let done = await piece(working, { tenantId, exportId }, { pace, failures: 0 })
      while (done === 'more' && !isOver()) {
        done = await piece(working, { tenantId, exportId }, { pace, failures: 0 })
      }
    }
  }
}

// A piece that was begun in time may end: Athena gives a slice in half a minute.
const LAST_PIECE_MS = 40_000

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
): Promise<'more' | 'wait' | 'over' | 'trouble'> {
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
