import { AppError } from '../../error/app-error'
import { StorageError } from '../../error/storage-error'
import type { Done, JobKind } from '../../jobs/run-jobs'
import type { Log } from '../../telemetry/log'
import { type AdvanceNeeds, advance } from './advance'
import type { Whose } from './request'
import type { RequestStore } from './store'

export interface Working {
  store: RequestStore
  advanceNeeds: AdvanceNeeds
  log: Log
  now(): Date
}

// Senders have the process between two pieces.
const PAUSE_MS = 5
// A sentence of an engine may go on for pages.
const MAX_PROBLEM = 500
// A search that cannot be done is given up after so many failures in a row: the next start begins anew.
const MAX_FAILURES = 60

/** Access requests are jobs. */
export function accessJobs(working: Working): JobKind<Whose> {
  const { store, log } = working
  return {
    nameOf: ({ accessId }) => accessId,
    async running(tenantId) {
      const all = await store.list(tenantId)
      return all
        .filter(({ status }) => status === 'running')
        .map(({ accessId }) => ({ tenantId, accessId }))
    },
    async piece(whose, { signal, failures }) {
      const done = await piece(working, whose, signal)
      if (done !== 'trouble' || failures + 1 < MAX_FAILURES) return done
      log.error('an access request waits for the next start', { accessId: whose.accessId })
      return 'over'
    },
    pauseMs: () => PAUSE_MS,
    unread: (reason) => log.error('access requests cannot be read', { reason }),
  }
}

/** Does one piece of a request, and stores how far it is. */
async function piece(
  { store, advanceNeeds, log, now }: Working,
  whose: Whose,
  signal: AbortSignal,
): Promise<Done> {
  try {
    const found = await store.get(whose)
    if (found?.request.status !== 'running') return 'over'
    const { request, etag } = found
    try {
      const done = await advance(advanceNeeds, request, signal)
      if (done === 'wait') return 'wait'
      // Another process, or an erasure, was quicker: what is there now counts.
      if ((await store.put(request, etag)) === undefined) {
        // It was erased meanwhile: what this piece has just put must not stay behind.
        if ((await store.get(whose)) === undefined) await advanceNeeds.parts.removeAll(whose)
        return 'trouble'
      }
      if (done === 'over') {
        log.info('an access request was answered', { ...whose, events: request.found.events })
      }
      return done
    } catch (thrown) {
      if (signal.aborted || isPassing(thrown)) throw thrown
      const again = await store.get(whose)
      if (again === undefined) return 'over'
      const problem = thrown instanceof AppError ? thrown.message : 'Something broke on our side.'
      log.error('an access request failed', { ...whose, reason: (thrown as Error).message })
      const ended = { ...again.request, status: 'failed' as const }
      await store.put(
        { ...ended, problem: problem.slice(0, MAX_PROBLEM), readyAt: now().toISOString() },
        again.etag,
      )
      return 'over'
    }
  } catch (thrown) {
    if (!signal.aborted) {
      log.warn('an access request waits', { ...whose, reason: (thrown as Error).message })
    }
    return 'trouble'
  }
}

function isPassing(thrown: unknown): boolean {
  if (thrown instanceof StorageError) return thrown.isRetriable
  return thrown instanceof AppError && thrown.code === 'busy'
}
