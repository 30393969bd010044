import type { Erased } from './erasure'

/** One message to one webhook: which events, not their content, so that a queue stays small. */
export interface Delivery {
  /** Also the `webhook-id` header, the same on every attempt (Standard Webhooks). */
  deliveryId: string
  tenantId: string
  webhookId: string
  eventIds: string[]
  enqueuedAt: string
  /** How many attempts have failed so far. */
  attempts: number
  /** Why the latest attempt failed. */
  lastFailure?: string | undefined
}

/** A delivery that was set aside, with the reason. */
export interface DeadDelivery extends Delivery {
  reason: string
  buriedAt: string
}

/**
 * Asked before one of a webhook's deliveries is taken: whether the caller has a place for it. Whoever
 * says yes is given that one, unless the call fails or, where the queue is shared, another has it.
 */
export type HasPlace = (tenantId: string, webhookId: string) => boolean

/**
 * Durable, at least once: what is taken and neither done nor retried comes back by itself. Every
 * method throws `StorageError` when the queue cannot be reached.
 */
export interface DeliveryQueue {
  /**
   * Resolves once durable. A `deliveryId` that is waiting or parked already is not added again; one
   * that was buried leaves the dead.
   */
  enqueue(deliveries: readonly Delivery[], delayMs?: number): Promise<void>
  /**
   * Takes up to `limit` that are due; each is invisible to others for `leaseMs`. The tenants take
   * turns, and so do the webhooks of each, whatever each has waiting.
   * @param hasPlace by default there is one for any
   */
  take(limit: number, leaseMs: number, hasPlace?: HasPlace): Promise<Delivery[]>
  /** Forgets it. After a power cut it may come back once more, as after a lost reply. */
  done(deliveryId: string): Promise<void>
  /** Gives it back, due after `delayMs`, with one attempt more. One that is parked stays so. */
  retry(deliveryId: string, delayMs: number, reason: string): Promise<void>
  /**
   * Keeps it as it is and gives it out no more until `release`, because its webhook is disabled. What
   * is parked for longer than `PARKED_DAYS` is forgotten.
   * @param reason of an attempt that failed, which then counts
   */
  park(deliveryId: string, reason?: string): Promise<void>
  /**
   * Everything that is parked for a webhook is due at once. May be repeated; after it threw, it must
   * be, for what it had not come to.
   */
  release(tenantId: string, webhookId: string): Promise<void>
  /** What is parked for a webhook, in no promised order. */
  listParked(tenantId: string, webhookId: string, limit: number): Promise<Delivery[]>
  /** Forgets everything that is parked for a webhook which is no more. May be repeated. */
  drop(tenantId: string, webhookId: string): Promise<void>
  /** Sets it aside for good, kept for people to see and to send again. One that is parked stays so. */
  bury(deliveryId: string, reason: string): Promise<void>
  /** What was buried for a webhook within `DEAD_DAYS`, latest first. */
  listDead(tenantId: string, webhookId: string, limit: number): Promise<DeadDelivery[]>
  stats(): Promise<{ waiting: number; inFlight: number; parked: number; dead: number }>
  /**
   * Forgets events that were erased. A delivery holds ids alone, nothing of what anybody did, and an
   * attempt sends what is left of its events; so this is for the lists of the parked and the dead, and
   * for a queue that need not come to what is gone. Of all that was enqueued for the tenant before the
   * call, waiting, taken, parked or dead, none names one of these ids any more, and one that named no
   * other is forgotten. One that is taken may name them again when it is parked or buried (on AWS).
   * @param erasure.eventIds as `EventStore.erase` tells them; some thousands at a time, since each call
   * looks at all that is held
   * @returns how many deliveries named one of them
   */
  erase(tenantId: string, erasure: { eventIds: readonly string[] }): Promise<Erased>
}

/**
 * How long a delivery is kept for a webhook that stays disabled: as long as its events can be read by
 * default (`NONIUS_HOT_TTL_DAYS`). Whoever enables the webhook later is owed nothing older.
 */
export const PARKED_DAYS = 30

/** How long the dead are kept: long enough to notice, and to send again what was not delivered. */
export const DEAD_DAYS = 30
