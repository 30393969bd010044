import type { EventRecord } from '../../event/record'
import { type EventPageRequest, PAGE_BYTES } from '../event-store'

/** What a page has room for, in bytes as in number. */
export interface PageRoom {
  /** @returns false when there is no room for one more: the page ends before it */
  take(bytes: number): boolean
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
  }
}

export const rawBytes = ({ raw }: EventRecord) => Buffer.byteLength(raw)

// What a hash or one field proposes is read before it is known to fit. So many bytes are read in
// vain for a page: a dozen of the largest events, tens of thousands of usual ones.
export const MAX_BYTES_IN_VAIN = 64 * 1024 * 1024
