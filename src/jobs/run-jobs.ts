import { setTimeout as sleep } from 'node:timers/promises'
import type { Registry } from '../platform/registry'

/** A piece was done, and there is `more`; or it has to `wait` for others, the job is `over`, or it failed this time. */
export type Done = 'more' | 'wait' | 'over' | 'trouble'

export interface JobKind<Job> {
  /** Names a job among all of its kind. */
  nameOf(job: Job): string
  /** Lists the jobs of a tenant that are not over. */
  running(tenantId: string): Promise<Job[]>
  /**
   * Does one piece of a job, and stores how far it is. It never throws.
   * @param how.failures so many pieces before this one failed in a row
   */
  piece(job: Job, how: { signal: AbortSignal; failures: number }): Promise<Done>
  /** Tells how long others have the process after a piece, in ms. @param tookMs the piece took so long */
  pauseMs(tookMs: number): number
  /** Is told why jobs cannot be listed; they are listed again until they can. */
  unread(reason: string): void
}

/** Carries jobs on in this process, one piece after another, until disposed. */
export interface JobRunner<Job> extends AsyncDisposable {
  wake(job: Job): void
  /** Ends the piece of a job that is under way. */
  stop(job: Job): void
}

// A store or a lake that is busy is asked again after so long.
const TROUBLE_MS = 1000

/** Carries on what was begun, also by an earlier process; jobs take turns. */
export function runJobs<Job>(
  kind: JobKind<Job>,
  { tenants }: Pick<Registry, 'tenants'>,
): JobRunner<Job> {
  const stopping = new AbortController()
  const { signal } = stopping
  const open: Job[] = []
  const failures = new Map<string, number>()
  let awake = Promise.withResolvers<void>()
  let current: { name: string; cut: AbortController } | undefined
  const running = run()

  async function run() {
    while (!signal.aborted && !(await findOpen())) await pause(TROUBLE_MS)
    while (!signal.aborted) {
      const job = open.shift()
      if (job === undefined) {
        await awake.promise
        awake = Promise.withResolvers()
        continue
      }
      const name = kind.nameOf(job)
      const cut = new AbortController()
      current = { name, cut }
      const began = performance.now()
      const before = failures.get(name) ?? 0
      const done = await kind.piece(job, {
        signal: AbortSignal.any([signal, cut.signal]),
        failures: before,
      })
      current = undefined
      if (done === 'over') failures.delete(name)
      else {
        failures.set(name, done === 'trouble' ? before + 1 : 0)
        open.push(job)
      }
      const isOff = done === 'wait' || done === 'trouble'
      await pause(isOff ? TROUBLE_MS : kind.pauseMs(performance.now() - began))
    }
  }

  async function findOpen(): Promise<boolean> {
    try {
      for (const { tenantId } of await tenants.list()) open.push(...(await kind.running(tenantId)))
      return true
    } catch (error) {
      kind.unread((error as Error).message)
      return false
    }
  }

  function pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal }).catch(() => {})
  }

  return {
    wake(job) {
      const name = kind.nameOf(job)
      if (!open.some((one) => kind.nameOf(one) === name)) open.push(job)
      awake.resolve()
    },

    stop(job) {
      if (current?.name === kind.nameOf(job)) current.cut.abort()
    },

    async [Symbol.asyncDispose]() {
      stopping.abort()
      awake.resolve()
      await running
    },
  }
}

/**
 * Carries on the jobs of these tenants for so long, for a function that is called now and then.
 * @param options.lastPieceMs a piece that was begun in time may take so much longer
 */
export async function carryOnJobs<Job>(
  kind: Pick<JobKind<Job>, 'running' | 'piece'>,
  tenantIds: readonly string[],
  options: { maxMs: number; lastPieceMs: number; monotonic(): number },
): Promise<void> {
  const { maxMs, lastPieceMs, monotonic } = options
  const end = monotonic() + maxMs
  const isOver = () => monotonic() >= end
  const how = { signal: AbortSignal.timeout(maxMs + lastPieceMs), failures: 0 }
  for (const tenantId of tenantIds) {
    for (const job of await kind.running(tenantId)) {
      if (isOver()) return
      let done = await kind.piece(job, how)
      while (done === 'more' && !isOver()) done = await kind.piece(job, how)
    }
  }
}
