import type { ReadEvent } from '../event/reading'
import type { EventRecord } from '../event/record'

/** The members of a record that mean the same in every standard. */
export type Common = Pick<EventRecord, 'type' | 'objectType' | 'commonAction'>

export type CommonOf = (event: ReadEvent) => Common

/** Caliper's words are the common ones. */
export function asSent({ type, objectType, action }: ReadEvent): Common {
  return { type, objectType, commonAction: action }
}
