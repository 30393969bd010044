import type { Page } from '../../event-store'
import { roomOf } from '../../shared/page-bytes'
import type { Attributes } from '../dynamo/attributes'
import { inParallel } from '../dynamo/in-parallel'
import { headFrom } from './items'
import type { Reader } from './read'
import type { Found } from './search'

// A step has as many as one call of BatchGetItem takes; the next ones are read only if the page has
// room left.
const ITEMS_A_STEP = 100
// Texts in S3 take some 20 ms each; a page has four megabytes of them at most.
const READS_AT_A_TIME = 16

/** A form says how an item is read for a list, and what it counts for there. */
export interface Form<Item> {
  read(attributes: Attributes): Promise<Item | undefined>
  /**
   * Counts the bytes of an item. Left out, the item's head says them, and nothing is read that has
   * no room.
   */
  bytesOf?(item: Item): number
}

/**
 * Reads the items of a search's entries, up to what a page has room for, and where the next one
 * begins.
 */
export async function readPage<Item>(
  reader: Reader,
  { entries, next }: Found,
  asked: { tenantId: string; page: { limit: number; maxBytes?: number | undefined } },
  { read, bytesOf }: Form<Item>,
): Promise<Page<Item> & { next: string | undefined }> {
  const room = roomOf(asked.page)
  const items: Item[] = []
  let after: string | undefined
  for (let from = 0; from < entries.length; from += ITEMS_A_STEP) {
    const step = entries.slice(from, from + ITEMS_A_STEP)
    const ids = step.map(({ quarantineId }) => quarantineId)
    const held = await reader.held(asked.tenantId, ids)
    const taken: Attributes[] = []
    let isFull = false
    for (const { quarantineId, arrival } of step) {
      const attributes = held.get(quarantineId)
      if (attributes === undefined) continue
      if (bytesOf === undefined && !room.take(headFrom(attributes).bytes)) {
        isFull = true
        break
      }
      taken.push({ ...attributes, arrival: { S: arrival } })
    }
    const found = await inParallel(taken, READS_AT_A_TIME, read)
    for (const [place, item] of found.entries()) {
      if (item !== undefined && bytesOf !== undefined && !room.take(bytesOf(item))) {
        return { items, next: after }
      }
      if (item !== undefined) items.push(item)
      after = taken[place]!.arrival!.S!
    }
    if (isFull) return { items, next: after }
  }
  return { items, next }
}
