import type { ReadEvent } from '../event/reading'
import type { EventRecord } from '../event/record'

/** The members of a record that mean the same in every standard. */
export type Common = Pick<EventRecord, 'type' | 'objectType' | 'commonAction'>

// SKELETON: whoever has the tables of the mapping replaces this file; its interface stays.

/** Says what happened in the words that all standards share. */
export function commonOf({ type, objectType, action, standard }: ReadEvent): Common {
  return { type, objectType, commonAction: standard === 'caliper' ? action : undefined }
}
