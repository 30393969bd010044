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

type Ending = End & {
  at: string
  resolve?(): void
  reject?(error: unknown): void
  /** It was taken until then. */
  until?: number
}
type WhoseLane = Whose & { lane: string | null }

// A commit costs as much as ten deliveries that are in it. A process that is killed sends those of
// this time, ms, once more.
const WRITE_AFTER = 20
const MAX_BATCH = 128

/** Writes down how attempts ended, those of some milliseconds in one transaction. */
export function createEnds(core: Core) {
  const { db, clock, now, ended, leases, open, lanes, figures, remembered, relaxed, changed } = core
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
  let timer: ReturnType<typeof setTimeout> | undefined
  let isSoon = false
  let isFailing = false

  /** @returns whose it was, unless the queue has it not */
  function endOne({ deliveryId, attempt: made, again, at }: Ending, lease: Lease | undefined) {
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

  const endAll = db.transaction((ends: readonly Ending[], held: readonly (Lease | undefined)[]) => {
    const notes: Note[] = []
    const touched: WhoseLane[] = []
    for (const [place, end] of ends.entries()) {
      const whose = endOne(end, held[place])
      if (whose === null) continue
      lanes.settle(whose, whose.lane)
      const { attempt, again } = end
      if (attempt !== undefined) notes.push({ whose, attempt, isWell: again === undefined })
      if (attempt !== undefined && again === undefined) remembered.added(whose)
      if (again !== undefined) open.closeOne(end.deliveryId)
      if (again !== undefined || whose.lane !== null || !held[place]) touched.push(whose)
    }
    return { notes, touched }
  })

  /**
   * Writes what waits, and tells those who wait for it. What cannot be written comes again when its
   * lease ends.
   */
  function flush() {
    clearTimeout(timer)
    timer = undefined
    const ends = batch
    batch = []
    if (ends.length === 0) return
    // Lanes go by who is under way.
    const held = ends.map(({ deliveryId }) => leases.end(deliveryId))
    try {
      const { notes, touched } = guarded('finishing deliveries', () =>
        relaxed(() => endAll.immediate(ends, held)),
      )
      isFailing = false
      for (const note of notes) figures.note(note)
      for (const whose of each(touched)) changed(whose)
      for (const whose of each(held)) ended(whose)
      for (const { resolve } of ends) resolve?.()
    } catch (error) {
      isFailing = true
      for (const [place, lease] of held.entries()) {
        const { deliveryId, until } = ends[place]!
        if (lease === undefined) continue
        if (until !== undefined) lease.until = until
        leases.add(deliveryId, lease)
        backAgain(lease)
      }
      for (const { reject } of ends) reject?.(error)
    }
  }

  function backAgain(lease: Lease) {
    try {
      changed(lease)
    } catch {
      // The database is closed, or as broken as it was.
    }
  }

  return {
    /**
     * Resolves once it is written, or, where that need not be at once, when it is sure to be given
     * out no more unless the process dies or the disk is full.
     */
    end(end: End): Promise<void> {
      const lease = leases.get(end.deliveryId)
      const at = clock.now().toISOString()
      const mayWait = lease !== undefined && lease.lane === null && lease.until > now()
      if (end.again === undefined && end.attempt !== undefined && mayWait && !isFailing) {
        batch.push({ ...end, at, until: lease.until })
        lease.until = Number.POSITIVE_INFINITY
        if (batch.length >= MAX_BATCH) flush()
        else timer ??= setTimeout(flush, WRITE_AFTER)
        return Promise.resolve()
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      batch.push({ ...end, at, resolve, reject })
      if (!isSoon) {
        isSoon = true
        setImmediate(() => {
          isSoon = false
          flush()
        })
      }
      return promise
    },

    flush,

    /** Tells whether the latest could not be written, so that it is better to attempt nothing. */
    isFailing: () => isFailing,
  }
}

/** Finds each webhook once. */
function each(all: readonly (Whose | undefined)[]): Iterable<Whose> {
  const keyOf = ({ tenant_id, webhook_id }: Whose) => `${tenant_id}\n${webhook_id}`
  return new Map(all.flatMap((whose) => (whose ? [[keyOf(whose), whose]] : []))).values()
}
