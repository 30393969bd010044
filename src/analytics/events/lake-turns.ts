import { AppError } from '../../error/app-error'

/** Readers of the lake wait here for their turn: before they take any room for an answer, which others need. */
export interface LakeTurns {
  /**
   * Resolves when it is one's turn.
   * @returns ends the turn; more than once is as good as once
   * @throws {AppError} `busy` when too many wait, or when this one has waited long
   */
  take(tenantId: string, gone?: AbortSignal): Promise<() => void>
}

// A page takes some tenths of a second; whoever has waited this long has fifty before.
const MAX_WAIT_MS = 10_000
// Each costs a connection; the last of so many would wait too long anyway.
const MAX_WAITING_OF_TENANT = 64
const MAX_WAITING = 256
const RETRY_AFTER_SECONDS = 5

/** @param most so many have their turn at a time */
export function createLakeTurns(most: number): LakeTurns {
  let taken = 0
  let waiting = 0
  /** By tenant, the one whose turn is next first. */
  const queues = new Map<string, Set<() => void>>()

  function begin(): () => void {
    taken += 1
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      taken -= 1
      next()
    }
  }

  /** Tenants take turns: of each, the one that has waited longest. */
  function next() {
    const [first] = queues
    if (first === undefined || taken >= most) return
    const [tenantId, queue] = first
    const [admit] = queue
    queues.delete(tenantId)
    queues.set(tenantId, queue)
    admit!()
  }

  return {
    async take(tenantId, gone) {
      if (taken < most && queues.size === 0) return begin()
      const queue = queues.get(tenantId) ?? new Set()
      const isFull = queue.size >= MAX_WAITING_OF_TENANT || waiting >= MAX_WAITING
      if (isFull || gone?.aborted) throw busy()
      return new Promise((resolve, reject) => {
        const timer = setTimeout(giveUp, MAX_WAIT_MS)
        queues.set(tenantId, queue.add(admit))
        waiting += 1
        gone?.addEventListener('abort', giveUp)
        function leave() {
          clearTimeout(timer)
          gone?.removeEventListener('abort', giveUp)
          waiting -= 1
          queue.delete(admit)
          if (queue.size === 0) queues.delete(tenantId)
        }
        function admit() {
          leave()
          resolve(begin())
        }
        function giveUp() {
          leave()
          reject(busy())
        }
      })
    },
  }
}

function busy(): AppError {
  const detail = 'More is being read from the lake at the moment than it answers in time.'
  return new AppError('busy', detail, { retryAfter: RETRY_AFTER_SECONDS })
}
