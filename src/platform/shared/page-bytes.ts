import type { EventRecord } from '../../event/record'
import { type EventPageRequest, PAGE_BYTES } from '../event-store'

/** A page has room for so many bytes and so many items. */
export interface PageRoom {
  /** @returns false when there is no room for one more: the page ends before it */
  take(bytes: number): boolean
  /**
   * Tells whether its bytes are used up: reading one more, which may be large, would be for
   * nothing.
   */
  isFull(): boolean
}

export function roomOf({ limit, maxBytes = PAGE_BYTES }: EventPageRequest): PageRoom {
  let items = 0
  let bytes = 0
  return {
    take(more) {
      if (items === limit || (items > 0 && bytes + more > maxBytes)) return false
      items += 1
      bytes += more
      return true
    },
    // A page always has one item: one that ends before its first would come again for ever.
    isFull: () => items > 0 && bytes >= maxBytes,
  }
}

export const rawBytes = ({ raw }: EventRecord) => Buffer.byteLength(raw)

// A record that a hash or one field proposes is read before it is known to fit. So many bytes are
// read in vain for a page: a dozen of the largest events, tens of thousands of usual ones.
export const MAX_BYTES_IN_VAIN = 64 * 1024 * 1024
