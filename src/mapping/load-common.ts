import type { ReadEvent } from '../event/reading'
import type { EventRecord, StandardName } from '../event/record'

/** The members of a record that mean the same in every standard. */
export type Common = Pick<EventRecord, 'type' | 'objectType' | 'commonAction'>

export type CommonOf = (event: ReadEvent) => Common

/**
 * Loads `commonOf`, with tables that a function which never sees a statement need not read at its
 * start. Caliper needs none.
 */
export async function loadCommonOf(standard: StandardName): Promise<CommonOf> {
  return standard === 'caliper' ? asSent : (await import('./common')).commonOf
}

/** Caliper's words are the common ones. */
export function asSent({ type, objectType, action }: ReadEvent): Common {
  return { type, objectType, commonAction: action }
}
