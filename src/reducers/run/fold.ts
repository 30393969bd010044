import type { ReducedEvent, Reducer } from '../reducer'
import { faultOf, ReducerFault } from './fault'
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
  /** The state as JSON, where it was looked at. */
  text?: string | undefined
  /** Its events that are in the state. */
  done: Given[]
  failures: Failure[]
}

interface Folding {
  reducer: Reducer
  /** Tests hold of it that it changes nothing it is given, and that its states are small and JSON. */
  isTrusted: boolean
  /** The state before; the one before the first event when left out. */
  from?: unknown
  /** The same as JSON, where that is known. */
  text?: string | undefined
  given: readonly Given[]
  /** Is told of each event before the reducer is called with it. */
  tick(place: number): void
  /** Says why the reducer may not be given an event any more. */
  hungOn(event: ReducedEvent): string | undefined
}

/**
 * Gives a reducer its events one after the other. One that it fails on changes nothing, whatever the reducer
 * had done to the state by then.
 */
export function fold(folding: Folding): Folded {
  if (folding.isTrusted) return foldTrusting(folding)
  const { from, reducer } = folding
  const text = folding.text ?? JSON.stringify(from ?? reducer.start)
  return foldFast(folding, text) ?? foldWithCare(folding, text)
}

function foldTrusting({ reducer, from, given, tick, hungOn }: Folding): Folded {
  let state = from ?? reducer.start
  const done: Given[] = []
  const failures: Failure[] = []
  for (const one of given) {
    const { place, event } = one
    const reason = hungOn(event)
    if (reason !== undefined) {
      failures.push({ place, reason, isHung: true })
      continue
    }
    tick(place)
    try {
      state = stateAfter(reducer, state, event)
      done.push(one)
    } catch (error) {
      failures.push({ place, reason: faultOf(error) })
    }
  }
  return { state, done, failures }
}

/** Looks at the state at the end only. @returns undefined when something is wrong by then */
function foldFast({ reducer, from, given, tick, hungOn }: Folding, before: string) {
  if (given.some(({ event }) => hungOn(event) !== undefined)) return undefined
  try {
    let state = from ?? (JSON.parse(before) as unknown)
    for (const { place, event } of given) {
      tick(place)
      state = stateAfter(reducer, state, event)
    }
    return { state, text: stateText(state), done: [...given], failures: [] }
  } catch {
    return undefined
  }
}

/** Looks at the state after each event, and goes back to the one before where it is none. */
function foldWithCare({ reducer, given, tick, hungOn }: Folding, before: string): Folded {
  let text = before
  const done: Given[] = []
  const failures: Failure[] = []
  for (const one of given) {
    const { place, event } = one
    const reason = hungOn(event)
    if (reason !== undefined) {
      failures.push({ place, reason, isHung: true })
      continue
    }
    try {
      tick(place)
      text = stateText(stateAfter(reducer, JSON.parse(text), event))
      done.push(one)
    } catch (error) {
      failures.push({ place, reason: faultOf(error) })
    }
  }
  return { state: JSON.parse(text), text, done, failures }
}

function stateAfter(reducer: Reducer, state: unknown, event: ReducedEvent): unknown {
  const next = reducer.reduce(state, event)
  if (next === undefined) throw new ReducerFault('it returned nothing: it has to return the state')
  if (typeof (next as { then?: unknown } | null)?.then === 'function') {
    throw new ReducerFault('it returned a promise: it has to return the state at once')
  }
  return next
}

/** Makes of a state what readers are shown. It is given a copy. @throws {ReducerFault} */
export function shownOf(show: NonNullable<Reducer['show']>, state: unknown): unknown {
  try {
    const shown = show(JSON.parse(JSON.stringify(state)))
    stateText(shown)
    return shown
  } catch (error) {
    throw new ReducerFault(`show: ${faultOf(error)}`)
  }
}
