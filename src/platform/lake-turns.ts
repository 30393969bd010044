import { AppError } from '../error/app-error'

/** Readers of the lake wait here for their turn, tenants in rotation: nobody waits behind all that another asks. */
export interface LakeTurns {
  /**
   * Resolves when it is one's turn.
   * @param owner a tenant, or whoever else reads
   * @returns ends the turn; more than once is as good as once
   * @throws {AppError} `busy` when too many wait, or when this one has waited long
   */
  take(owner: string, gone?: AbortSignal | undefined): Promise<() => void>
  /** Refuses those that wait. */
  close(): void
}

// Longer than a question of somebody's may take (20 s): whoever is next after one is answered, however long it took.
const MAX_WAIT_MS = 25_000
// Each costs a connection; the last of so many would wait too long anyway.
const MAX_WAITING_OF_TENANT = 64
const MAX_WAITING = 256
const RETRY_AFTER_SECONDS = 5

/** @param most so many have their turn at a time */
export function createLakeTurns(most: number): LakeTurns {
  let taken = 0
  let waiting = 0
  /** By owner, the one whose turn is next first. */
  const queues = new Map<string, Set<() => void>>()
  const closed = new AbortController()

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
    const [owner, queue] = first
    const [admit] = queue
    queues.delete(owner)
    queues.set(owner, queue)
    admit!()
  }

  return {
    async take(owner, gone) {
      if (taken < most && queues.size === 0) return begin()
      const queue = queues.get(owner) ?? new Set()
      const isFull = queue.size >= MAX_WAITING_OF_TENANT || waiting >= MAX_WAITING
      if (isFull || gone?.aborted || closed.signal.aborted) throw busy()
      return new Promise((resolve, reject) => {
        const timer = setTimeout(giveUp, MAX_WAIT_MS)
        queues.set(owner, queue.add(admit))
        waiting += 1
        gone?.addEventListener('abort', giveUp)
        closed.signal.addEventListener('abort', giveUp)
        function leave() {
          clearTimeout(timer)
          gone?.removeEventListener('abort', giveUp)
          closed.signal.removeEventListener('abort', giveUp)
          waiting -= 1
          queue.delete(admit)
          if (queue.size === 0) queues.delete(owner)
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
    close: () => closed.abort(),
  }
}

function busy(): AppError {
  const detail = 'More is being read from the lake at the moment than it answers in time.'
  return new AppError('busy', detail, { retryAfter: RETRY_AFTER_SECONDS })
}
