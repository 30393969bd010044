import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../error/app-error'
import { StorageError } from '../../error/storage-error'
import type { Clock } from '../../platform/clock'
import type { Registry } from '../../platform/registry'
import type { Log } from '../../telemetry/log'
import type { Advance, Advanced } from './advance'
import { ended, isOver, type Whose } from './replay'
import type { ReplayStore } from './store'

interface Needs {
  store: ReplayStore
  registry: Pick<Registry, 'webhooks'>
  advance: Advance
  clock: Pick<Clock, 'now'>
  log: Log
}

/** Carries replays on in this process, until disposed. */
export interface ReplayRunner extends AsyncDisposable {
  /** Tells of a replay that was begun or resumed. */
  wake(whose: Whose): void
}

// The pause between two pages leaves the larger share of the process to senders.
const PAUSE_MS = 20
// A receiver with enough to do, and a lake that answers others, are looked at again after so long.
const SOON_MS = 250
// A webhook that was enabled has its replay go on after so long at most.
const LATER_MS = 2000
// The runner pauses so long while a store cannot be reached.
const TROUBLE_MS = 1000
// DuckDB answers when it is asked; this is for lakes that are asked again.
const WAIT_MS = 5000

/**
 * Carries replays on, page by page, each in its turn; it also carries on those that an earlier process
 * began.
 */
export function startReplayRunner(needs: Needs): ReplayRunner {
  const { store, registry, log } = needs
  const stopping = new AbortController()
  /** These are not over, with when they are next; of a tenant's, whose turn was longest ago comes first. */
  const open = new Map<string, { whose: Whose; dueAt: number }>()
  /** Tenants in the order in which they were served last, the latest last. */
  const served = new Set<string>()
  let awake = Promise.withResolvers<void>()
  const running = run()

  function add(whose: Whose, dueAt = 0) {
    const key = JSON.stringify([whose.tenantId, whose.webhookId, whose.replayId])
    open.delete(key)
    open.set(key, { whose, dueAt })
    awake.resolve()
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted && !(await findOpen())) await pause(TROUBLE_MS)
    while (!stopping.signal.aborted) {
      awake = Promise.withResolvers()
      const now = performance.now()
      const next = nextDue(now)
      if (next === undefined) {
        await Promise.race([awake.promise, idle(now)])
        continue
      }
      const [key, { whose }] = next
      open.delete(key)
      served.delete(whose.tenantId)
      served.add(whose.tenantId)
      const advanced = await advanceOnce(needs, whose)
      // It may have been woken meanwhile.
      if (advanced !== 'over' && !open.has(key)) add(whose, performance.now() + pauseOf[advanced])
      await pause(PAUSE_MS)
    }
  }

  /** Finds who is next: of the tenant that has not been served for longest. */
  function nextDue(now: number) {
    const due = [...open].filter(([, { dueAt }]) => dueAt <= now)
    const tenants = new Set(due.map(([, { whose }]) => whose.tenantId))
    // A tenant that has nothing to do loses its place in the order.
    const busy = new Set([...open.values()].map(({ whose }) => whose.tenantId))
    for (const tenantId of served) if (!busy.has(tenantId)) served.delete(tenantId)
    const first =
      [...tenants].find((tenantId) => !served.has(tenantId)) ??
      [...served].find((tenantId) => tenants.has(tenantId))
    return due.find(([, { whose }]) => whose.tenantId === first)
  }

  /** Waits until one is due; for ever, or until it is woken, while there is none. */
  async function idle(now: number): Promise<void> {
    const dueAt = Math.min(...[...open.values()].map((one) => one.dueAt))
    if (Number.isFinite(dueAt)) return pause(Math.max(dueAt - now, 0))
    await new Promise<void>((resolve) => {
      stopping.signal.addEventListener('abort', () => resolve(), { once: true })
      void awake.promise.then(resolve)
    })
  }

  /** Finds what an earlier process began. @returns false when the stores cannot be read */
  async function findOpen(): Promise<boolean> {
    try {
      const webhooks = await registry.webhooks.listAll()
      for (const tenantId of new Set(webhooks.map((webhook) => webhook.tenantId))) {
        for (const entry of await store.list(tenantId)) if (!isOver(entry)) add(entry)
      }
      return true
    } catch (error) {
      log.error('replays to webhooks cannot be read', { reason: (error as Error).message })
      return false
    }
  }

  function pause(ms: number): Promise<void> {
    return wait(ms, undefined, { signal: stopping.signal }).catch(() => {})
  }

  return {
    wake: ({ tenantId, webhookId, replayId }) => add({ tenantId, webhookId, replayId }),

    async [Symbol.asyncDispose]() {
      stopping.abort()
      await running
    },
  }
}

// The sentence of an engine may go on for pages.
const MAX_REASON = 500

const pauseOf = { more: 0, soon: SOON_MS, later: LATER_MS, trouble: TROUBLE_MS }

/**
 * Advances a replay, which ends as failed when something is wrong that waiting does not help against.
 */
export async function advanceOnce(
  { advance, store, clock, log }: Pick<Needs, 'advance' | 'store' | 'clock' | 'log'>,
  whose: Whose,
  waitMs = WAIT_MS,
): Promise<Advanced | 'trouble'> {
  const { replayId, webhookId } = whose
  try {
    return await advance(whose, waitMs)
  } catch (thrown) {
    const reason = (thrown as Error).message
    if (isPassing(thrown)) {
      log.warn('a replay to a webhook waits', { replayId, webhookId, reason })
      return 'trouble'
    }
    log.error('a replay to a webhook ended before its time', { replayId, webhookId, reason })
    const problem =
      thrown instanceof AppError ? reason.slice(0, MAX_REASON) : 'Something broke on our side.'
    try {
      const found = await store.get(whose)
      if (found === undefined || isOver(found.replay)) return 'over'
      const failed = ended(found.replay, 'failed', clock.now(), problem)
      return (await store.put(failed, found)) ? 'over' : 'trouble'
    } catch {
      return 'trouble'
    }
  }
}

function isPassing(thrown: unknown): boolean {
  if (thrown instanceof StorageError) return thrown.isRetriable
  return thrown instanceof AppError && thrown.code === 'busy'
}
