import { AppError } from '../../error/app-error'
import { StorageError } from '../../error/storage-error'
import type { Connection } from '../../platform/connections'
import { answers } from '../answers'
import type { Perform } from '../perform'
import type { Effect, ObserverState } from '../state'

// A client whose tenant is over its budget for the day looks again after a minute.
const WAIT_S = 60

/**
 * Does what the core says, whatever of it can be done: what cannot, and will not later either, costs nothing else,
 * and the client is told.
 * @returns texts for the client
 */
export function performEach(perform: Perform) {
  return async function performAll(
    connection: Connection,
    state: ObserverState,
    effects: readonly Effect[],
  ): Promise<string[]> {
    try {
      return (await perform(connection, state, effects)).answers
    } catch (thrown) {
      if (passesByItself(thrown)) throw thrown
      if (isOverBudget(thrown)) return [...tellToWait(thrown), ...toldOfLoss(effects, thrown)]
      if (effects.length <= 1) return toldOfLoss(effects, thrown)
      const half = Math.ceil(effects.length / 2)
      const first = await performAll(connection, state, effects.slice(0, half))
      return [...first, ...(await performAll(connection, state, effects.slice(half)))]
    }
  }
}

function passesByItself(thrown: unknown): boolean {
  if (thrown instanceof StorageError) return true
  return thrown instanceof AppError && ['busy', 'unavailable'].includes(thrown.code)
}

function isOverBudget(thrown: unknown): thrown is AppError {
  return thrown instanceof AppError && thrown.code === 'rate_limited'
}

/** A client keeps its events, if it is told so in its own words. */
function tellToWait({ retryAfter = WAIT_S }: AppError): string[] {
  const message = 'More events came than this tenant may send for now'
  const timeLimit = retryAfter * 1000
  return [answers.blocked({ action: 'MAINTAIN', timeLimit, rule: 'budget', message })]
}

function toldOfLoss(effects: readonly Effect[], thrown: unknown): string[] {
  const frame = effects.findLast((effect) => 'n' in effect)?.n
  if (frame === undefined) return []
  const { code, message } =
    thrown instanceof AppError ? thrown : { code: 'internal', message: 'Internal error' }
  return [answers.error({ code, message, path: [] }, { frame, kept: false })]
}
