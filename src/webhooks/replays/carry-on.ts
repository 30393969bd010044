import type { Clock } from '../../platform/clock'
import type { Log } from '../../telemetry/log'
import type { Advance, Advanced } from './advance'
import { isOver, type Whose } from './replay'
import { advanceOnce } from './runner'
import type { ReplayStore } from './store'

interface Needs {
  store: ReplayStore
  advance: Advance
  clock: Pick<Clock, 'now'>
  log: Log
  wake(whose: Whose, delayMs: number): Promise<void>
}

// A function may take a minute (`infra/deliver.ts`): a third of it is for pages, and the last of them may
// be waited for as long again.
const PIECE_MS = 20_000
const LEASE_MS = 60_000

// The next piece comes after so long. A webhook that is enabled again wakes its replay itself.
const delays: Record<Exclude<Advanced, 'over'> | 'trouble', number> = {
  more: 0,
  soon: 5000,
  later: 15 * 60_000,
  trouble: 30_000,
}

// Only a person changes it meanwhile.
const TRIES = 3

// The clocks of two functions differ by less.
const SLACK_MS = 1000

/**
 * Carries a replay on for a while, where a message does it: then it sends the next one. Of several
 * messages for one replay, one does: it holds the replay for as long as it may take, and says when the
 * next is due.
 * @throws {StorageError} the message is to come again
 */
export function createCarryOn(needs: Needs) {
  const { store, clock, wake } = needs

  /** Says when it is due next, unless somebody else does. @returns whether this call did */
  async function claim(whose: Whose, delayMs: number, isMine: boolean): Promise<boolean> {
    const found = await store.get(whose)
    if (found === undefined || isOver(found.replay) || found.replay.status === 'paused')
      return false
    const now = clock.now().getTime()
    const { dueAt } = found.replay
    const isHeld = dueAt !== undefined && Date.parse(dueAt) > now + SLACK_MS
    if (isHeld && !isMine) return false
    const next = new Date(now + delayMs).toISOString()
    return store.put({ ...found.replay, dueAt: next }, found)
  }

  return async function carryOn(whose: Whose): Promise<void> {
    if (!(await claim(whose, LEASE_MS, false))) return
    const end = performance.now() + PIECE_MS
    let advanced: Advanced | 'trouble'
    do {
      advanced = await advanceOnce(needs, whose, Math.max(end - performance.now(), 0))
    } while (advanced === 'more' && performance.now() < end)
    if (advanced === 'over') return
    const delayMs = delays[advanced]
    // Somebody who paused it just now has ended the chain; who resumes it begins another.
    for (let tries = 1; tries <= TRIES; tries += 1) {
      if (await claim(whose, delayMs, true)) return wake(whose, delayMs)
    }
  }
}
