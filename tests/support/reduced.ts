import type { EventRecord, StandardName } from '../../src/event/record'
import { stampWith } from '../../src/ingest/steps/stamp'
import { loadCommonOf } from '../../src/mapping/load-common'
import { reducedEventOf } from '../../src/reducers/event'
import type { ReducedEvent, Reducer } from '../../src/reducers/reducer'
import { standardNamed } from '../../src/standards'
import { inTurns } from '../../src/syntax/steps'
import { sender } from './ingest'

/** An event as reducers are given it, of what somebody sends: read, and stamped, as the pipeline does it. */
export async function reducedFrom(
  name: StandardName,
  item: object,
  { receivedAt = '2026-11-30T12:00:00.000Z', context = {} } = {},
): Promise<ReducedEvent> {
  const standard = await standardNamed(name)!.load()
  const text = JSON.stringify(item)
  const given = { own: [], order: [], unknownTypes: 'accept' as const }
  const types = standard.hasTypes ? await standard.typesInForce?.(given) : undefined
  const { items } = await inTurns(standard.readItem(text, { context, receivedAt, types }))
  const [first] = items
  if (first === undefined || !('event' in first)) {
    throw new Error(`No event: ${JSON.stringify(first)}`)
  }
  const commonOf = await loadCommonOf(name)
  const stamp = stampWith({ ...sender, receivedAt, terms: { days: 30 }, commonOf })
  return reduced(stamp(first.event))
}

/** Parses what a record keeps, as whoever runs reducers does. */
export function reduced(record: EventRecord): ReducedEvent {
  return reducedEventOf(record)
}

/** The same for an event of which a test says what was sent. */
export function withFields(event: Omit<ReducedEvent, 'fields'>): ReducedEvent {
  return reducedEventOf({ ...event, raw: JSON.stringify(event.sent) })
}

/** Reduces events, with a state that goes to the document store and comes back after each. */
export function reduceAll<State>(
  reducer: Reducer<State>,
  events: Iterable<ReducedEvent>,
): { state: State; shown: unknown } {
  let state = structuredClone(reducer.start)
  for (const event of events) {
    state = JSON.parse(JSON.stringify(reducer.reduce(deepFrozen(state), event)))
  }
  return { state, shown: JSON.parse(JSON.stringify(reducer.show?.(state) ?? state)) }
}

/** A reducer that changes the state that it was given throws. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const one of Object.values(value)) deepFrozen(one)
  }
  return value
}
