import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '../../telemetry/log'
import type { Advanced } from './carry-out'
import type { Whose } from './erasure'
import type { ErasureStore } from './store'

interface Needs {
  store: ErasureStore
  advance(whose: Whose): Promise<Advanced>
  log: Log
}

/** Carries erasures on in this process, one after another, until disposed. */
export interface ErasureRunner extends AsyncDisposable {
  /** Tells of an erasure that was asked for. */
  wake(whose: Whose): void
}

// The pause between two steps leaves the larger share of the process to senders.
const PAUSE_MS = 10
// The runner pauses so long while a store cannot be reached.
const TROUBLE_MS = 1000

/** Carries on erasures in the order in which they were asked for, those of an earlier process first. */
export function startErasureRunner({ store, advance, log }: Needs): ErasureRunner {
  const stopping = new AbortController()
  const { signal } = stopping
  const waiting = new Map<string, Whose>()
  let awake = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => awake.resolve())
  const running = run()

  function wake({ tenantId, erasureId }: Whose) {
    waiting.set(erasureId, { tenantId, erasureId })
    awake.resolve()
  }

  async function run(): Promise<void> {
    while (!signal.aborted && !(await findOpen())) await pause(TROUBLE_MS)
    while (!signal.aborted) {
      awake = Promise.withResolvers()
      const next = waiting.values().next().value
      if (next === undefined) {
        await awake.promise
        continue
      }
      const advanced = await advanceOnce(next)
      if (advanced === 'over') waiting.delete(next.erasureId)
      await pause(typeof advanced === 'number' ? advanced : PAUSE_MS)
    }
  }

  /** Finds what an earlier process began. @returns false when the stores cannot be read */
  async function findOpen(): Promise<boolean> {
    try {
      for (const whose of await store.open()) {
        const found = await store.get(whose)
        if (found?.erasure.status === 'running') {
          const { erasure } = found
          await store.put({ ...erasure, resumed: erasure.resumed + 1 }, found)
        }
        wake(whose)
      }
      return true
    } catch (error) {
      log.error('erasures cannot be read', { reason: (error as Error).message })
      return false
    }
  }

  async function advanceOnce(whose: Whose): Promise<Advanced> {
    try {
      return await advance(whose)
    } catch (error) {
      const reason = (error as Error).message
      if (!signal.aborted) log.error('an erasure waits', { erasureId: whose.erasureId, reason })
      return TROUBLE_MS
    }
  }

  function pause(ms: number): Promise<void> {
    return wait(ms, undefined, { signal }).catch(() => {})
  }

  return {
    wake,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await running
    },
  }
}
