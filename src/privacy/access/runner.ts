import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../error/app-error'
import { StorageError } from '../../error/storage-error'
import type { Registry } from '../../platform/registry'
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

/** Carries requests on in this process, one piece after another, until disposed. */
export interface Runner extends AsyncDisposable {
  wake(whose: Whose): void
}

// Senders have the process between two pieces.
const PAUSE_MS = 5
// A store or a lake that is busy is asked again after so long.
const TROUBLE_MS = 1000
// A sentence of an engine may go on for pages.
const MAX_PROBLEM = 500
// A search that cannot be done is given up after so many failures in a row: the next start begins anew.
const MAX_FAILURES = 60

/** Carries on what was begun, also by an earlier process; requests take turns. */
export function startRunner(working: Working, { tenants }: Pick<Registry, 'tenants'>): Runner {
  const { store, log } = working
  const stopping = new AbortController()
  const { signal } = stopping
  const open: Whose[] = []
  const failures = new Map<string, number>()
  let awake = Promise.withResolvers<void>()
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
      const done = await piece(working, whose, signal)
      if (done === 'over') failures.delete(whose.accessId)
      else {
        const failed = done === 'trouble' ? (failures.get(whose.accessId) ?? 0) + 1 : 0
        failures.set(whose.accessId, failed)
        if (failed < MAX_FAILURES) open.push(whose)
        else log.error('an access request waits for the next start', { accessId: whose.accessId })
      }
      await pause(done === 'more' || done === 'over' ? PAUSE_MS : TROUBLE_MS)
    }
  }

  async function findOpen(): Promise<boolean> {
    try {
      for (const { tenantId } of await tenants.list()) {
        for (const { accessId, status } of await store.list(tenantId)) {
          if (status === 'running') open.push({ tenantId, accessId })
        }
      }
      return true
    } catch (error) {
      log.error('access requests cannot be read', { reason: (error as Error).message })
      return false
    }
  }

  function pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal }).catch(() => {})
  }

  return {
    wake({ tenantId, accessId }) {
      if (!open.some((one) => one.accessId === accessId)) open.push({ tenantId, accessId })
      awake.resolve()
    },

    async [Symbol.asyncDispose]() {
      stopping.abort()
      awake.resolve()
      await running
    },
  }
}

/** Carries on the requests of these tenants for so long, for a function that is called now and then. */
export async function carryOn(
  working: Working,
  tenantIds: readonly string[],
  { maxMs, monotonic }: { maxMs: number; monotonic(): number },
): Promise<void> {
  const end = monotonic() + maxMs
  const signal = AbortSignal.timeout(maxMs)
  for (const tenantId of tenantIds) {
    for (const { accessId, status } of await working.store.list(tenantId)) {
      if (status !== 'running') continue
      let done = await piece(working, { tenantId, accessId }, signal)
      while (done === 'more' && monotonic() < end) {
        done = await piece(working, { tenantId, accessId }, signal)
      }
      if (monotonic() >= end) return
    }
  }
}

/** Does one piece of a request, and stores how far it is. */
async function piece(
  { store, advanceNeeds, log, now }: Working,
  whose: Whose,
  signal: AbortSignal,
): Promise<'more' | 'wait' | 'over' | 'trouble'> {
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
