import type { EventRecord } from '../../event/record'
import type { Place } from './place'

/** A page is what was read at a place, and where reading goes on. */
export interface Page {
  records: readonly EventRecord[]
  /** The records came from the lake: the hot store may not have them. */
  isArchived: boolean
  /** Absent when nothing is left. */
  place?: Place | undefined
  /** Reading has come to what arrived then. */
  at: string
  /** Left out where it follows from `at`. */
  percent?: number | undefined
}
