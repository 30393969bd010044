import type { Database } from 'bun:sqlite'
import { randomBytes } from 'node:crypto'
import { type Clock, createAgreedTime } from '../clock'
import type { DeliveryLog } from '../delivery-log'
import { type Delivery, type DeliveryQueue, type HasPlace, MAX_PARKED } from '../delivery-queue'
import { createTokenSigner, type TokenSigner } from '../shared/page-token'
import { guarded } from './database'
import { createAsideDeliveries } from './deliveries/aside'
import { createCore } from './deliveries/core'
import { dropWebhook } from './deliveries/drop'
import { createEnds } from './deliveries/ends'
import { createEnqueue } from './deliveries/enqueue'
import { eraseFromDeliveries } from './deliveries/erase'
import { createDeliveryLog } from './deliveries/log'
import { createLookAhead } from './deliveries/look-ahead'
import type { MostRemembered } from './deliveries/remembered'
import { adoptFormerTables, BLOCKED, deliveryOf } from './deliveries/rows'
import { prepare, type Whose } from './deliveries/statements'
import { createTurns } from './deliveries/turns'
import { createDurably, type Durably } from './durably'

export { deliveryQueueSchema } from './deliveries/rows'

/** Writes what is in memory alone when it is disposed of, before its database is closed. */
export type LocalDeliveryQueue = DeliveryQueue & DeliveryLog & Disposable

/**
 * Makes the queue in a database opened by `openDatabase` with `deliveryQueueSchema`, for the one
 * process that has the data directory: what an earlier one had taken when it died is due at once.
 * No code may hold a transaction open on the same connection across an `await`.
 * @param options.tokens signs the cursors of lists; those of another queue are refused
 * @param options.durably of this database
 * @throws {StorageError}
 */
export function createDeliveryQueue(
  db: Database,
  clock: Clock,
  options: {
    tokens?: TokenSigner
    durably?: Durably
    maxParked?: number
    mostRemembered?: MostRemembered
  } = {},
): LocalDeliveryQueue {
  const { tokens = createTokenSigner(randomBytes(32)), maxParked = MAX_PARKED } = options
  const { durably = createDurably(db) } = options
  guarded('opening the delivery queue', () => {
    adoptFormerTables(db)
    // A thread of its own moves the WAL into the file (`durably.ts`), long before it has 64 MB.
    db.run('PRAGMA wal_autocheckpoint = 16000')
  })
  const { allDue, firstDue, read, count, release, setBack, probe } = prepare(db)

  // Setting the clock back makes nothing late: while we run, time only grows.
  const opened = { wall: clock.now().getTime(), steady: clock.monotonic() }
  const now = () => Math.floor(opened.wall + clock.monotonic() - opened.steady)
  const turns = createTurns()
  const core = createCore(db, { clock, now, changed, ended }, options.mostRemembered)
  const { leases, open, figures } = core
  const ahead = createLookAhead(firstDue, leases)
  const aside = createAsideDeliveries(core, maxParked)
  const ends = createEnds(core)
  const enqueueAll = db.transaction(createEnqueue(core, aside.parkedOne))
  const log = createDeliveryLog(core, tokens)
  const agreedTime = createAgreedTime(clock)
  let expiredBy: Date | undefined
  let erasing: Promise<unknown> = Promise.resolve()

  guarded('opening the delivery queue', readTurns)
  let isResumed = false

  /**
   * Takes over what another process left. It does not run at the start: a full disk must not stop
   * one.
   */
  const resume = db.transaction(() => {
    for (const { tenant_id: tenantId, webhook_id: webhookId } of allDue.all()) {
      release.run({ tenantId, webhookId, now: now() })
      // The clock was set back while we did not run: what waits has as long to wait as it was told to.
      setBack.run({ tenantId, webhookId, now: now(), opened: opened.wall })
    }
  })

  function resumeOnce() {
    if (isResumed) return
    resume.immediate()
    isResumed = true
    readTurns()
  }

  function readTurns() {
    turns.clear()
    ahead.clear()
    for (const { due_at, ...whose } of allDue.all()) setTurn(whose, due_at)
  }

  function setTurn({ tenant_id, webhook_id }: Whose, dueAt: number | undefined) {
    turns.set(tenant_id, webhook_id, dueAt !== undefined && dueAt < BLOCKED ? dueAt : undefined)
  }

  function changed(whose: Whose) {
    ahead.forget(whose)
    setTurn(whose, ahead.dueAt(whose, now()))
  }

  function ended(whose: Whose, at = now()) {
    const { free, backAt } = ahead.look(whose, at)
    setTurn(whose, Math.min(free?.due_at ?? backAt, backAt))
  }

  const takeDue = db.transaction((limit: number, leaseMs: number, hasPlace: HasPlace) => {
    const at = now()
    const taken: Delivery[] = []
    turns.goRound(at, hasPlace, (tenantId, webhookId) => {
      const whose = { tenant_id: tenantId, webhook_id: webhookId }
      const { free } = ahead.look(whose, at)
      const row = free !== undefined && free.due_at <= at ? read.get(free.rowid) : null
      if (row !== null) {
        const [{ rowid }, until, { lane, delivery_id }] = [free!, at + leaseMs, row]
        open.closeOne(delivery_id)
        leases.add(delivery_id, { ...whose, rowid, until, lane, isNew: row.is_new === 1 })
        taken.push(deliveryOf(row))
      } else if (free !== undefined && free.due_at <= at) ahead.forget(whose)
      ended(whose, at)
      turns.served(tenantId, webhookId)
      if (row === null) return 'nothing'
      return taken.length < limit ? 'one' : 'last'
    })
    return taken
  })

  function expire() {
    const time = agreedTime()
    if (time === undefined || time === expiredBy) return
    if (!aside.expire(time)) expiredBy = time
  }

  /** Lets what was done be seen by a call, which goes on if that could not be written. */
  const after =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> => {
      ends.flush()
      return call(...args)
    }

  return {
    list: after(log.list),
    find: after(log.find),
    backlog: after(log.backlog),
    async enqueue(deliveries, delayMs = 0) {
      if (deliveries.length === 0) return
      try {
        guarded('enqueueing deliveries', () =>
          core.relaxed(() => enqueueAll.immediate(deliveries, delayMs)),
        )
      } catch (error) {
        open.clear() // none of it was added
        throw error
      }
      const ofWebhooks = deliveries.map(({ tenantId, webhookId }) => [tenantId, webhookId] as const)
      for (const [tenant_id, webhook_id] of new Map(
        ofWebhooks.map((whose) => [whose.join('\n'), whose]),
      ).values()) {
        changed({ tenant_id, webhook_id })
      }
      await durably.synced()
    },

    async take(limit, leaseMs, hasPlace = () => true) {
      return guarded('taking deliveries', () => {
        resumeOnce()
        expire()
        if (limit <= 0 || !turns.isAnyDue(now())) return []
        // While the disk is full, an attempt would be made again and again, since none is written.
        if (ends.isFailing()) probe.run()
        try {
          return takeDue.deferred(limit, leaseMs, hasPlace)
        } catch (error) {
          readTurns()
          throw error
        }
      })
    },

    done: (deliveryId, attempt) => ends.end({ deliveryId, attempt }),

    retry(deliveryId, delayMs, reason, attempt) {
      const notedAt = now()
      return ends.end({
        ...{ deliveryId, attempt },
        again: { dueAt: notedAt + delayMs, notedAt, reason },
      })
    },

    park: after(aside.park),
    release: after(aside.release),
    drop: after((tenantId, webhookId) => dropWebhook(core, tenantId, webhookId)),
    listParked: after(aside.listParked),
    bury: after(aside.bury),
    listDead: after(aside.listDead),
    skip: after(aside.skip),

    again: after(async (...args) => {
      await erasing
      return log.again(...args)
    }),

    againAll: after(async (...args) => {
      await erasing
      return log.againAll(...args)
    }),

    figures: after(async (tenantId, webhookId, since) =>
      guarded('reading figures of deliveries', () => figures.since(tenantId, webhookId, since)),
    ),

    erase: after((tenantId, erasure) => {
      const erased = eraseFromDeliveries(core, tenantId, erasure)
      erasing = Promise.allSettled([erasing, erased])
      return erased
    }),

    stats: after(async () =>
      guarded('counting deliveries', () => {
        const { waiting: all, ...rest } = count.get()!
        const inFlight = leases.count(now())
        return { ...rest, waiting: all - inFlight, inFlight }
      }),
    ),

    [Symbol.dispose]() {
      ends.flush()
      figures.store()
    },
  }
}
