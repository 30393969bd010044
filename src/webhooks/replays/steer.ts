import { AppError } from '../../error/app-error'
import type { Clock } from '../../platform/clock'
import { ended, isOver, type Replay, type Whose } from './replay'
import type { Step } from './steps'
import type { ReplayStore } from './store'

interface Needs {
  store: ReplayStore
  clock: Pick<Clock, 'now'>
  wake(whose: Whose): Promise<void>
}

// The runner changes a replay a few times a second, and no two people pause one at once.
const TRIES = 20

/**
 * Pauses, resumes or cancels a replay. What was queued already is delivered all the same.
 * @returns the replay as it is now; undefined when there is none
 * @throws {AppError} `wrong_state` when it is over, or to be resumed and not paused; `busy`
 */
export async function steer(needs: Needs, whose: Whose, step: Step): Promise<Replay | undefined> {
  const { store, clock, wake } = needs
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const found = await store.get(whose)
    if (found === undefined) return undefined
    const next = after(found.replay, step, clock.now())
    if (next === found.replay || (await store.put(next, found))) {
      if (step === 'resume') await wake(whose)
      return next
    }
  }
  throw new AppError('busy', 'The replay changes all the time. Try again in a moment.', {
    retryAfter: 1,
  })
}

function after(replay: Replay, step: Step, now: Date): Replay {
  const { status } = replay
  if (step === 'cancel' && status === 'cancelled') return replay
  if (isOver(replay)) throw wrong(`The replay is over: it is ${status}.`)
  if (step === 'cancel') return ended(replay, 'cancelled', now)
  const { reason: _, dueAt: __, ...rest } = replay
  if (step === 'pause') return status === 'paused' ? replay : { ...rest, status: 'paused' }
  if (status !== 'paused') throw wrong(`Only a paused replay can be resumed; it is ${status}.`)
  return { ...rest, status: 'running' }
}

function wrong(detail: string): AppError {
  return new AppError('wrong_state', detail)
}
