import type { AttemptRecord } from '../../delivery-queue'
import { guarded } from '../database'
import type { Core } from './core'
import type { Note } from './figures'
import type { Lease } from './leases'
import type { Whose } from './statements'
import { toRemember } from './tries'

/** An attempt went so: it is over, or there will be another. */
interface End {
  deliveryId: string
  attempt: AttemptRecord | undefined
  again?: { dueAt: number; notedAt: number; reason: string }
}

type Ending = End & { resolve(): void; reject(error: unknown): void }
type WhoseLane = Whose & { lane: string | null }

/**
 * Writes down how attempts ended, all of a turn of the event loop in one transaction: a commit costs
 * more than what it has in it.
 */
export function createEnds(core: Core) {
  const { db, clock, leases, open, lanes, figures, remembered, relaxed, changed } = core
  const forget = db.query<WhoseLane, [string]>(
    'DELETE FROM deliveries WHERE delivery_id = ? RETURNING tenant_id, webhook_id, lane',
  )
  const forgetParked = db.query<WhoseLane, [string]>(
    'DELETE FROM parked_deliveries WHERE delivery_id = ? RETURNING tenant_id, webhook_id, lane',
  )
  const giveBack = db.query<
    WhoseLane,
    { deliveryId: string; dueAt: number; notedAt: number; reason: string; tries: string | null }
  >(
    `UPDATE deliveries SET taken = 0, attempts = attempts + 1, due_at = $dueAt, noted_at = $notedAt,
       last_failure = $reason, tries = $tries
     WHERE delivery_id = $deliveryId RETURNING tenant_id, webhook_id, lane`,
  )
  let batch: Ending[] = []
  let isFailing = false

  /** @returns whose it was, unless the queue has it not */
  function endOne({ deliveryId, attempt: made, again }: End, lease: Lease | undefined, at: string) {
    const attempt = toRemember(made, lease?.isErased)
    if (again !== undefined) {
      const tries = core.triesOf('deliveries', deliveryId, attempt)
      return giveBack.get({ deliveryId, ...again, tries })
    }
    if (attempt !== undefined) {
      const tries =
        lease?.isNew === true
          ? JSON.stringify([attempt])
          : core.triesOf('deliveries', deliveryId, attempt)
      remembered.fromWaiting({ deliveryId, at, tries })
    }
    const whose = forget.get(deliveryId)
    if (whose !== null) return whose
    // Somebody parked it meanwhile.
    if (attempt !== undefined) {
      const tries = core.triesOf('parked_deliveries', deliveryId, attempt)
      remembered.fromParked({ deliveryId, at, tries })
    }
    return forgetParked.get(deliveryId)
  }

  const endAll = db.transaction((ends: readonly End[], held: readonly (Lease | undefined)[]) => {
    const at = clock.now().toISOString()
    const notes: Note[] = []
    const touched: WhoseLane[] = []
    for (const [place, end] of ends.entries()) {
      const whose = endOne(end, held[place], at)
      if (whose === null) continue
      lanes.settle(whose, whose.lane)
      const { attempt, again } = end
      if (attempt !== undefined) notes.push({ whose, attempt, isWell: again === undefined })
      if (attempt !== undefined && again === undefined) remembered.added(whose)
      if (again !== undefined) open.closeOne(end.deliveryId, placeOf(whose))
      if (again !== undefined || whose.lane !== null) touched.push(whose)
    }
    return { notes, touched }
  })

  function flush() {
    const ends = batch
    batch = []
    if (ends.length === 0) return
    // Lanes go by who is under way.
    const held = ends.map(({ deliveryId }) => leases.end(deliveryId))
    try {
      const done = guarded('finishing deliveries', () =>
        relaxed(() => endAll.immediate(ends, held)),
      )
      isFailing = false
      for (const note of done.notes) figures.note(note)
      for (const whose of done.touched) changed(whose)
      for (const { resolve } of ends) resolve()
    } catch (error) {
      isFailing = true
      for (const [place, lease] of held.entries()) {
        if (lease !== undefined) leases.add(ends[place]!.deliveryId, lease)
      }
      for (const { reject } of ends) reject(error)
    }
  }

  return {
    end(end: End): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      batch.push({ ...end, resolve, reject })
      if (batch.length === 1) setImmediate(flush)
      return promise
    },

    /** Tells whether the latest could not be written, so that it is better to attempt nothing. */
    isFailing: () => isFailing,
  }
}

export const placeOf = ({ tenant_id, webhook_id, lane }: WhoseLane) => ({
  ...{ tenantId: tenant_id, webhookId: webhook_id, lane },
})
