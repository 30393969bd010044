import type { EventRecord } from '../event/record'

/**
 * A reducer has a state for each of these: a learner (`memberId` where one is named, else `actorId`); a
 * learner and the value of a field of the event, be it a member of the record (`objectId`, `courseId`) or,
 * failing that, of `fields` (`doc_id`); a source; or a group (`groupId`, else `courseId`). Events that do
 * not say it are passed over.
 */
export type ReducerScope = 'learner' | 'source' | 'group' | { learnerAnd: string }

/** An event as reducers are given it: the record, and what was sent, parsed. */
export interface ReducedEvent
  extends Readonly<Omit<EventRecord, 'raw' | 'server' | 'contentDigest'>> {
  /** The item as it is kept, parsed. Nobody may change it. */
  readonly sent: unknown
  /**
   * These members are said beyond the record: by a frame of Learning Observer (its own under those that
   * were locked), by the payload of a native event, else by the item itself.
   */
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * Tells what a state becomes by an event. It must be pure: it may not keep, read or change anything
 * beside its arguments, for it is asked again when a state is rebuilt. States are JSON.
 */
export type Reduce<State> = (state: State, event: ReducedEvent) => State

/** Whoever writes a reducer exports one of these as `default`, or several as a list. */
export interface Reducer<State = unknown> {
  /** Lower-case letters, digits and `-`, at most 64. */
  name: string
  /** Another number makes another state, which is rebuilt from what is stored. */
  version: number
  /** A person reads it. */
  says?: string
  scope: ReducerScope
  /** It is given events of these sources, as the client calls them or as our keys do; of any when left out. */
  sources?: readonly string[]
  /** It is given events of these types (`EventRecord.type`), or actions shared by standards (`commonAction`); of any when left out. */
  types?: readonly string[]
  /** The state before the first event. */
  start: State
  reduce: Reduce<State>
  /** Readers are shown this of a state; the state itself when left out. */
  show?: (state: State) => unknown
}
