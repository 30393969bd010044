import type { Outgoing } from '../../delivery-queue'
import type { Core } from './core'
import { BLOCKED, moreOf } from './rows'

type Row = Record<'deliveryId' | 'tenantId' | 'webhookId' | 'eventIds' | 'enqueuedAt', string> & {
  attempts: number
  seq: number
} & Record<'lastFailure' | 'lane' | 'more', string | null>

const columns = `delivery_id, tenant_id, webhook_id, event_ids, enqueued_at, attempts, last_failure,
  seq, lane, more`
const values = `$deliveryId, $tenantId, $webhookId, $eventIds, $enqueuedAt, $attempts, $lastFailure,
  $seq, $lane, $more`

/**
 * Makes the function that adds deliveries, in one transaction that the caller begins.
 * @param onParked is told of each that was added as parked
 */
export function createEnqueue(core: Core, onParked: (tenantId: string, webhookId: string) => void) {
  const { db, clock, now, open, lanes } = core
  const isKnown = db.query<{ known: number }, { deliveryId: string }>(
    `SELECT EXISTS (SELECT 1 FROM deliveries WHERE delivery_id = $deliveryId)
         OR EXISTS (SELECT 1 FROM parked_deliveries WHERE delivery_id = $deliveryId)
         OR EXISTS (SELECT 1 FROM delivered_deliveries WHERE delivery_id = $deliveryId) AS known`,
  )
  const unbury = db.query<null, [string]>('DELETE FROM dead_deliveries WHERE delivery_id = ?')
  const add = db.query<null, Row & { dueAt: number; notedAt: number }>(
    `INSERT INTO deliveries (${columns}, due_at, noted_at) VALUES (${values}, $dueAt, $notedAt)`,
  )
  const addParked = db.query<null, Row & { at: string }>(
    `INSERT INTO parked_deliveries (${columns}, parked_at) VALUES (${values}, $at)`,
  )
  const next = db.query<{ last: number }, [number]>(
    'UPDATE delivery_sequence SET last = last + ? RETURNING last',
  )
  const [grow, growParked] = (['deliveries', 'parked_deliveries'] as const).map((table) => ({
    read: db.query<{ event_ids: string }, [string]>(
      `SELECT event_ids FROM ${table} WHERE delivery_id = ?`,
    ),
    write: db.query<null, [string, string]>(
      `UPDATE ${table} SET event_ids = ? WHERE delivery_id = ?`,
    ),
  }))
  const hurry = db.query<null, { deliveryId: string; now: number }>(
    `UPDATE deliveries
     SET due_at = iif(due_at >= ${BLOCKED}, ${BLOCKED}, 0) + $now, noted_at = $now
     WHERE delivery_id = $deliveryId`,
  )

  /** @returns false when there is none to which its events could be added */
  function join(outgoing: Outgoing): boolean {
    const { join: most, bytes = 0, eventIds, isHeld } = outgoing
    const latest = open.get(outgoing)
    if (most === undefined || latest === undefined) return false
    const { deliveryId } = latest
    const all = latest.bytes + bytes
    if (all > most.maxBytes) return false
    const { read, write } = isHeld ? growParked! : grow!
    const row = read.get(deliveryId)
    if (row === null) return false
    const joined = new Set<string>(JSON.parse(row.event_ids))
    if (joined.size + eventIds.length > most.maxEvents) return false
    for (const eventId of eventIds) joined.add(eventId)
    write.run(JSON.stringify([...joined]), deliveryId)
    const full = isFull({ events: joined.size, bytes: all }, most)
    if (full) open.close(outgoing)
    else open.set(outgoing, { deliveryId, bytes: all })
    if (full && !isHeld) hurry.run({ deliveryId, now: now() })
    return true
  }

  return function enqueueAll(deliveries: readonly Outgoing[], delayMs: number) {
    const at = clock.now().toISOString()
    const notedAt = now()
    let seq = next.get(deliveries.length)!.last - deliveries.length
    for (const outgoing of deliveries) {
      const { deliveryId, tenantId, webhookId, eventIds, lane = null } = outgoing
      if (isKnown.get({ deliveryId })!.known) continue
      unbury.run(deliveryId)
      open.closeOne(deliveryId) // it was deleted since
      if (join(outgoing)) continue
      const { bytes = 0 } = outgoing
      const { enqueuedAt, attempts, lastFailure = null } = outgoing
      const isFullItself =
        outgoing.join !== undefined && isFull({ events: eventIds.length, bytes }, outgoing.join)
      const isOpen = outgoing.join !== undefined && !isFullItself && attempts === 0
      // Nothing may be added any more to what is before it in its lane.
      if (isOpen) open.set(outgoing, { deliveryId, bytes })
      else if (outgoing.join !== undefined || lane !== null) open.close(outgoing)
      const row: Row = {
        ...{ deliveryId, tenantId, webhookId, enqueuedAt, attempts, lastFailure, lane },
        ...{ eventIds: JSON.stringify(eventIds), seq: ++seq, more: moreOf(outgoing) },
      }
      if (outgoing.isHeld) {
        addParked.run({ ...row, at })
        onParked(tenantId, webhookId)
        continue
      }
      const waits = isFullItself ? 0 : (outgoing.delayMs ?? delayMs)
      const dueAt = notedAt + waits + lanes.delayOf(tenantId, webhookId, lane)
      add.run({ ...row, dueAt, notedAt })
    }
  }
}

const isFull = (
  { events, bytes }: { events: number; bytes: number },
  { maxEvents, maxBytes }: { maxEvents: number; maxBytes: number },
) => events >= maxEvents || bytes >= maxBytes
