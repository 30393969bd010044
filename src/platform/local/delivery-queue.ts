import type { Database } from 'bun:sqlite'
import { type Clock, createAgreedTime } from '../clock'
import type { DeliveryLog } from '../delivery-log'
import type { Delivery, DeliveryQueue, HasPlace } from '../delivery-queue'
import { deliveryLogToCome } from '../shared/delivery-log-to-come'
import { guarded } from './database'
import { createAsideDeliveries } from './deliveries/aside'
import { eraseFromDeliveries } from './deliveries/erase'
import { deliveryOf } from './deliveries/rows'
import { prepare, type Whose } from './deliveries/statements'
import { createTurns } from './deliveries/turns'

export { deliveryQueueSchema } from './deliveries/rows'

/**
 * Makes the queue in a database opened by `openDatabase` with `deliveryQueueSchema`, for the one
 * process that has the data directory: what an earlier one had taken when it died is due at once.
 * No code may hold a transaction open on the same connection across an `await`.
 * @throws {StorageError}
 */
export function createDeliveryQueue(db: Database, clock: Clock): DeliveryQueue & DeliveryLog {
  guarded('opening the delivery queue', () => addNotedAt(db))
  const statements = prepare(db)
  const { add, unbury, nextDue, allDue, lease, giveBack, forget, forgetParked, count } = statements

  // Setting the clock back makes nothing late: while we run, time only grows.
  const opened = { wall: clock.now().getTime(), steady: clock.monotonic() }
  const now = () => Math.floor(opened.wall + clock.monotonic() - opened.steady)
  const turns = createTurns()
  const aside = createAsideDeliveries(db, { clock, now, changed })
  const agreedTime = createAgreedTime(clock)
  let expiredBy: Date | undefined

  guarded('opening the delivery queue', readTurns)
  let isResumed = false

  /**
   * Takes over what another process left. It does not run at the start: a full disk must not stop
   * one.
   */
  const resume = db.transaction(() => {
    statements.release.run({ now: now() })
    // The clock was set back while we did not run: what waits has as long to wait as it was told to.
    statements.setBack.run({ opened: opened.wall, now: now() })
  })

  function resumeOnce() {
    if (isResumed) return
    resume.immediate()
    isResumed = true
    readTurns()
  }

  function readTurns() {
    turns.clear()
    for (const row of allDue.all()) turns.set(row.tenant_id, row.webhook_id, row.due_at)
  }

  function changed(tenantId: string, webhookId: string) {
    turns.set(tenantId, webhookId, nextDue.get(webhookId, tenantId)?.due_at)
  }

  function changedOf(whose: Whose | null) {
    if (whose) changed(whose.tenant_id, whose.webhook_id)
  }

  /**
   * Commits without fsync (in WAL mode `NORMAL` syncs at checkpoints only). It is for steps that a
   * power cut may undo, since all that follows is one more delivery of the same id.
   */
  function relaxed<T>(work: () => T): T {
    db.run('PRAGMA synchronous = NORMAL')
    try {
      return work()
    } finally {
      db.run('PRAGMA synchronous = FULL')
    }
  }

  const enqueueAll = db.transaction((deliveries: readonly Delivery[], delayMs: number) => {
    const notedAt = now()
    const dueAt = notedAt + delayMs
    for (const { eventIds, lastFailure = null, ...rest } of deliveries) {
      const { deliveryId, tenantId, webhookId, enqueuedAt, attempts } = rest
      const row = { deliveryId, tenantId, webhookId, enqueuedAt, attempts, lastFailure }
      unbury.run(rest.deliveryId)
      add.run({ ...row, eventIds: JSON.stringify(eventIds), dueAt, notedAt })
    }
  })

  const takeDue = db.transaction((limit: number, leaseMs: number, hasPlace: HasPlace) => {
    const at = now()
    const taken: Delivery[] = []
    turns.goRound(at, hasPlace, (tenantId, webhookId) => {
      const row = lease.get({ tenantId, webhookId, now: at, until: at + leaseMs })
      if (row) taken.push(deliveryOf(row))
      changed(tenantId, webhookId)
      turns.served(tenantId, webhookId)
      return taken.length < limit
    })
    return taken
  })

  function expire() {
    const time = agreedTime()
    if (time === undefined || time === expiredBy) return
    if (!aside.expire(time)) expiredBy = time
  }

  return {
    ...deliveryLogToCome(),
    async enqueue(deliveries, delayMs = 0) {
      if (deliveries.length === 0) return
      guarded('enqueueing deliveries', () => enqueueAll.immediate(deliveries, delayMs))
      const ofWebhooks = deliveries.map(({ tenantId, webhookId }) => [tenantId, webhookId] as const)
      for (const whose of new Map(ofWebhooks.map((whose) => [whose.join(), whose])).values()) {
        changed(...whose)
      }
    },

    async take(limit, leaseMs, hasPlace = () => true) {
      return guarded('taking deliveries', () => {
        resumeOnce()
        expire()
        if (limit <= 0 || !turns.isAnyDue(now())) return []
        try {
          return relaxed(() => takeDue.immediate(limit, leaseMs, hasPlace))
        } catch (error) {
          readTurns() // the table is as it was
          throw error
        }
      })
    },

    async done(deliveryId) {
      guarded('finishing a delivery', () =>
        relaxed(() => {
          changedOf(forget.get(deliveryId))
          forgetParked.run(deliveryId)
        }),
      )
    },

    async retry(deliveryId, delayMs, reason) {
      const notedAt = now()
      const dueAt = notedAt + delayMs
      guarded('retrying a delivery', () =>
        relaxed(() => changedOf(giveBack.get({ deliveryId, dueAt, notedAt, reason }))),
      )
    },

    park: aside.park,
    release: aside.release,
    drop: aside.drop,
    listParked: aside.listParked,
    bury: aside.bury,
    listDead: aside.listDead,

    erase: (tenantId, { eventIds }) => eraseFromDeliveries({ db, changed }, tenantId, eventIds),

    async stats() {
      const at = now()
      return guarded('counting deliveries', () => count.get(at, at)!)
    },
  }
}

/**
 * Adds the column that queues of version 0.1.0 do not have: they knew only when a delivery is due.
 */
function addNotedAt(db: Database) {
  const columns = db.query<{ name: string }, []>('PRAGMA table_info(deliveries)').all()
  if (!columns.some(({ name }) => name === 'noted_at'))
    db.run('ALTER TABLE deliveries ADD COLUMN noted_at INTEGER NOT NULL DEFAULT 0')
}
