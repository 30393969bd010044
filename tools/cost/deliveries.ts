import { randomUUID } from 'node:crypto'
import { contentOf, deliveryKey, listedAs } from '../../src/platform/aws/deliveries/items'
import { withTry } from '../../src/platform/aws/deliveries/tries'
import { number } from '../../src/platform/aws/dynamo/attributes'
import { type Item, itemBytes, units } from '../../src/platform/aws/events/write-units'
import type { Delivery } from '../../src/platform/delivery-queue'
import { assumed } from '../capacity/load'

// The entry of an index is put when the item is, and moves with its status: it is deleted and put.
const ENTRY_WRITES = 3
// Others may join it, which is noted.
const OPEN_WRITES = 1
// The attempt is counted.
const FIGURE_WRITES = 1

/**
 * Whoever adds a delivery looks whether it is there, which one it could join, and at that one; an item
 * of the size of `assumed.eventsInMessage` takes two units.
 */
export const DELIVERY_READS = 4

/**
 * Counts the write units of a delivery that arrives at its first attempt: its item is put, taken
 * and remembered as delivered.
 */
export function deliveryWrites(events: number = assumed.eventsInMessage): number {
  const unitsOf = (item: Item) => units(itemBytes(item))
  const at = new Date().toISOString()
  const delivery: Delivery = {
    deliveryId: `msg_${randomUUID().replaceAll('-', '').slice(0, 40)}`,
    tenantId: 'northfield',
    webhookId: `whk_${randomUUID()}`,
    eventIds: Array.from({ length: events }, () => `urn:uuid:${randomUUID()}`),
    enqueuedAt: at,
    attempts: 0,
  }
  const waiting = {
    ...{ ...deliveryKey(delivery.deliveryId), ...contentOf(delivery) },
    ...listedAs('pending', delivery),
    ...{ dueAt: number(Date.now()), expiresAt: number(Date.now()) },
  }
  const taken = { ...waiting, taken: { BOOL: true } }
  const attempt = { at, latencyMs: 300, status: 200, response: '{"ok":true}' }
  const delivered = { ...taken, deliveredAt: { S: at }, ...withTry([], attempt) }
  const items = unitsOf(waiting) + unitsOf(taken) + unitsOf(delivered)
  return items + ENTRY_WRITES + OPEN_WRITES + FIGURE_WRITES
}
