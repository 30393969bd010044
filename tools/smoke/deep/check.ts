import type { Deployment } from '../calling'
import type { Stage } from './stage'

/** A deep check waits for what a deployment does after its answer. */
export interface DeepCheck {
  promise: string
  /** Left out, what is behind the address is enough. */
  needs?: 'stage'
  /**
   * Waits until the promise was kept.
   * @throws a sentence when it is broken, or once `signal` says that it took too long
   */
  run(context: Context): Promise<void>
}

export interface Context {
  deployment: Deployment
  /** Belongs to this run alone, so that two of them do not meet. */
  run: string
  /** The check says by this what it waits for. */
  tell(what: string): void
  /** Says that the time is over. */
  signal: AbortSignal
}

export interface StagedContext extends Context {
  stage: Stage
}

/** An answer, or what is in its way. */
export type Looked<Found> = { found: Found } | { waitsFor: string }

/**
 * Looks again and again, until there is an answer.
 * @throws what was in the way when the time was over
 */
export async function until<Found>(
  { signal, tell }: Context,
  everyMs: number,
  look: () => Promise<Looked<Found>>,
): Promise<Found> {
  let inTheWay = 'nothing was seen of it'
  while (!signal.aborted) {
    const looked = await look()
    if ('found' in looked) return looked.found
    inTheWay = looked.waitsFor
    tell(inTheWay)
    await pause(everyMs, signal)
  }
  throw new Error(`it took too long; at last: ${inTheWay}`)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
