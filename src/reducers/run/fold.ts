import type { ReducedEvent, Reducer } from '../reducer'
import { ReducerFault } from './fault'
import { stateText } from './json'

/** An event with its place in the batch. */
export interface Given {
  place: number
  event: ReducedEvent
}

export interface Failure {
  place: number
  reason: string
  /** The reducer did not come back. */
  isHung?: true
}

interface Folded {
  state: unknown
  /** Readers are shown this, where the reducer says so. */
  shown?: unknown
  /** Its events that are in the state. */
  done: Given[]
  failures: Failure[]
}

interface Folding {
  reducer: Reducer
  /** The state as it is kept; the one before the first event when left out. */
  from?: unknown
  given: readonly Given[]
  /** Is told of each event before the reducer is called with it. */
  tick(place: number): void
  /** Events on which the reducer ran too long before, with the reason. */
  hung: ReadonlyMap<number, string>
}

/**
 * Gives a reducer its events one after the other. One that it fails on changes nothing, whatever the reducer
 * had done to the state by then.
 */
export function fold(folding: Folding): Folded {
  return foldFast(folding) ?? foldWithCare(folding)
}

/** Looks at the state at the end only. @returns undefined when something is wrong by then */
function foldFast({ reducer, from, given, tick, hung }: Folding): Folded | undefined {
  if (given.some(({ place }) => hung.has(place))) return undefined
  try {
    let state = copyOf(from ?? reducer.start)
    for (const { place, event } of given) {
      tick(place)
      state = stateAfter(reducer, state, event)
    }
    stateText(state)
    return { state, ...shownOf(reducer, state), done: [...given], failures: [] }
  } catch {
    return undefined
  }
}

/** Looks at the state after each event, and goes back to the one before where it is none. */
function foldWithCare({ reducer, from, given, tick, hung }: Folding): Folded {
  let text = JSON.stringify(from ?? reducer.start)
  const done: Given[] = []
  const failures: Failure[] = []
  for (const one of given) {
    const { place, event } = one
    const reason = hung.get(place)
    if (reason !== undefined) {
      failures.push({ place, reason, isHung: true })
      continue
    }
    try {
      tick(place)
      const state = stateAfter(reducer, JSON.parse(text), event)
      const next = stateText(state)
      shownOf(reducer, state)
      text = next
      done.push(one)
    } catch (error) {
      failures.push({ place, reason: faultOf(error) })
    }
  }
  const state: unknown = JSON.parse(text)
  const shown = done.length === 0 ? {} : shownOf(reducer, state)
  return { state, ...shown, done, failures }
}

function stateAfter(reducer: Reducer, state: unknown, event: ReducedEvent): unknown {
  const next = reducer.reduce(state, event)
  if (next === undefined) throw new ReducerFault('it returned nothing: it has to return the state')
  if (typeof (next as { then?: unknown } | null)?.then === 'function') {
    throw new ReducerFault('it returned a promise: it has to return the state at once')
  }
  return next
}

function shownOf({ show }: Reducer, state: unknown): { shown?: unknown } {
  if (show === undefined) return {}
  try {
    return { shown: JSON.parse(stateText(show(copyOf(state)))) as unknown }
  } catch (error) {
    throw new ReducerFault(`show: ${faultOf(error)}`)
  }
}

function copyOf(state: unknown): unknown {
  return JSON.parse(JSON.stringify(state)) as unknown
}

const MAX_REASON = 300

/**
 * Says what a reducer threw without its words, in which people may be named: which error, and where. Its reader
 * may be of another tenant.
 */
export function faultOf(error: unknown): string {
  if (error instanceof ReducerFault) return error.message
  try {
    const { name, stack } = error as Error
    const where = /([^\s/\\()]+:\d+:\d+)\)?$/m.exec(String(stack ?? ''))?.[1]
    const what = typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'something'
    return `it threw ${what}${where === undefined ? '' : ` at ${where}`}`.slice(0, MAX_REASON)
  } catch {
    return 'it threw something that cannot be looked at'
  }
}

/** Says what was thrown, in a line: it may be anything, even what throws when it is looked at. */
export function reasonOf(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error)
    return text.slice(0, MAX_REASON).toWellFormed() || 'an error without a message'
  } catch {
    return 'something that cannot be said'
  }
}
