import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Message } from '../message/compose'
import { createBudget } from './budget'

/**
 * Reads a message and passes it to `use` once there is room for its body.
 * @param read is called again when there was no room at first: nothing is held while waiting
 * @returns what `use` returned; undefined when there is no message
 * @throws {Error} when there was no room in time, or why `signal` was aborted
 */
export type HoldBody = <T>(
  tenantId: string,
  read: () => Promise<Message | undefined>,
  use: (message: Message) => Promise<T>,
  signal?: AbortSignal,
) => Promise<T | undefined>

// The wait, with reading before it and an attempt of 15 s after it, stays within the lease of 60 s
// (`deliverer.ts`).
const PATIENCE_MS = 5000

// So long may reading hold others up; a turn for each body would cost as much as a small body.
const TURN_MS = 1

/** Makes room for bodies in memory, in one process. Bodies are read one after another. */
export function createRoom(budget = createBudget(), patienceMs = PATIENCE_MS): HoldBody {
  let lastTurn = performance.now()
  let reading = Promise.resolve<unknown>(undefined)

  /**
   * Reads one body after another. Reading is work for the processor, so other work has its turn
   * between two bodies, unless it just had one.
   */
  function inLine<T>(read: () => Promise<T>): Promise<T> {
    const turn = reading.then(giveTurn).then(read)
    reading = turn.catch(() => {})
    return turn
  }

  async function giveTurn() {
    if (performance.now() - lastTurn < TURN_MS) return
    await nextTurn()
    lastTurn = performance.now()
  }

  async function waitFor(tenantId: string, size: number, signal?: AbortSignal) {
    const endsAt = performance.now() + patienceMs
    for (;;) {
      signal?.throwIfAborted()
      const leave = budget.take(tenantId, size)
      if (leave !== undefined) return leave
      const left = endsAt - performance.now()
      if (left <= 0) throw new Error('there was no room for its body')
      await budget.freed(left, signal)
    }
  }

  return async function holdBody(tenantId, read, use, signal) {
    let message = await inLine(read)
    if (message === undefined) return undefined
    const size = message.body.length
    let leave = budget.take(tenantId, size)
    if (leave === undefined) {
      message = undefined
      leave = await waitFor(tenantId, size, signal)
    }
    try {
      message ??= await inLine(read)
      return message === undefined ? undefined : await use(message)
    } finally {
      leave()
    }
  }
}
