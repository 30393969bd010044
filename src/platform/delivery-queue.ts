import type { Erased } from './erasure'

/**
 * A delivery is one message to one webhook: it has ids of events only, so that a queue stays small.
 */
export interface Delivery {
  /** The id is also the `webhook-id` header, the same on every attempt (Standard Webhooks). */
  deliveryId: string
  tenantId: string
  webhookId: string
  eventIds: string[]
  enqueuedAt: string
  /** Counts the attempts that have failed so far. */
  attempts: number
  /** Says why the latest attempt failed. */
  lastFailure?: string | undefined
  /**
   * Deliveries of one lane of a webhook go one at a time, in the order in which they were enqueued:
   * the next is due once the one before it has ended, or is parked. Absent for those without order.
   */
  lane?: string | undefined
  /** Says something of Nonius itself; such a delivery has no events. */
  notice?: Notice | undefined
  /** The events are in the lake, where the hot store has them no more: they arrived within this time. */
  archived?: { from: string; to: string } | undefined
}

/** A notice tells those who subscribe to it what became of a webhook or a source. */
export interface Notice {
  /** Names it, e.g. `nonius.webhook.disabled` (`webhooks/state/notices.ts`). */
  type: string
  /** It happened then, ISO 8601 UTC. */
  at: string
  data: Readonly<Record<string, unknown>>
}

/** A delivery as it is enqueued. */
export interface Outgoing extends Delivery {
  /** It is due after so long; if left out, as the call says. */
  delayMs?: number | undefined
  /** If true, it is parked at once, since its webhook is disabled. */
  isHeld?: boolean | undefined
  /**
   * Its events may be added to the latest delivery of the same webhook and lane that has `join` as
   * well, and that nobody has taken or tried yet (or that is parked, for one that is held), as long
   * as both together have no more than this. An event that it has already is not added again. Absent
   * for one that stays for itself. A queue may also leave it for itself: after a restart, or where
   * very many are open.
   */
  join?: { maxEvents: number; maxBytes: number } | undefined
  /** The events have so many bytes together; 0 when left out. */
  bytes?: number | undefined
}

/** One attempt as it went. */
export interface AttemptRecord {
  /** It began then, ISO 8601 UTC. */
  at: string
  latencyMs: number
  /** The receiver's status; absent when there was no answer. */
  status?: number | undefined
  /** Says why it failed; absent when it did not. */
  error?: string | undefined
  /** The beginning of what the receiver answered, as text (`MAX_RESPONSE_BYTES`). */
  response?: string | undefined
}

/** A dead delivery was buried, with the reason. */
export interface DeadDelivery extends Delivery {
  reason: string
  buriedAt: string
}

/**
 * Tells, before one of a webhook's deliveries is taken, whether the caller has a place for it. A
 * caller that says yes is given that one, unless the call fails or, where the queue is shared,
 * another has it.
 */
export type HasPlace = (tenantId: string, webhookId: string) => boolean

/**
 * The queue is durable and delivers at least once: a delivery that is taken and neither done nor
 * retried comes back by itself. Every method throws `StorageError` when the queue cannot be
 * reached.
 */
export interface DeliveryQueue {
  /**
   * Adds deliveries, and resolves once that is durable. A `deliveryId` that is waiting or parked
   * already is not added again, nor is one that was delivered and is still remembered; one that was
   * buried leaves the dead. One that is joined gets the id of the other, which is due at once when it
   * is full and otherwise when it was; so is one that is full by itself.
   */
  enqueue(deliveries: readonly Outgoing[], delayMs?: number): Promise<void>
  /**
   * Takes up to `limit` that are due; each is invisible to others for `leaseMs`. The tenants take
   * turns, and so do the webhooks of each, whatever each has waiting.
   * @param hasPlace by default there is one for any
   */
  take(limit: number, leaseMs: number, hasPlace?: HasPlace): Promise<Delivery[]>
  /**
   * Ends a delivery, which is given out no more. After a power cut, or a kill within moments, it may
   * come back once more, as after a lost reply.
   * @param attempt by which it was delivered: it is remembered with it for `DELIVERED_DAYS`, and
   * counted, as in the calls below. Without one it was not, since its webhook is no more, and is
   * forgotten
   */
  done(deliveryId: string, attempt?: AttemptRecord): Promise<void>
  /**
   * Gives a delivery back, due after `delayMs`, with one attempt more. A parked one stays parked.
   */
  retry(deliveryId: string, delayMs: number, reason: string, attempt?: AttemptRecord): Promise<void>
  /**
   * Stores a delivery as it is and gives it out no more until `release`, because its webhook is
   * disabled. One that is parked for longer than `PARKED_DAYS` is deleted. One machine stores
   * no more than `MAX_PARKED` of a webhook: beyond that the oldest are buried.
   * @param reason why an attempt failed, which then counts
   */
  park(deliveryId: string, reason?: string, attempt?: AttemptRecord): Promise<void>
  /**
   * Makes everything that is parked for a webhook due at once. May be repeated; after it threw, it
   * must be, for what it had not come to.
   */
  release(tenantId: string, webhookId: string): Promise<void>
  /** Lists what is parked for a webhook, in no promised order. */
  listParked(tenantId: string, webhookId: string, limit: number): Promise<Delivery[]>
  /**
   * Forgets a webhook that was deleted: what is parked for it, buried or remembered, and its
   * figures. What waits for it may go, too, or else ends at its next turn. May be repeated.
   */
  drop(tenantId: string, webhookId: string): Promise<void>
  /** Stores a delivery as dead, for people to see and to send again. A parked one stays parked. */
  bury(deliveryId: string, reason: string, attempt?: AttemptRecord): Promise<void>
  /** Lists what was buried for a webhook within `DEAD_DAYS`, latest first. */
  listDead(tenantId: string, webhookId: string, limit: number): Promise<DeadDelivery[]>
  stats(): Promise<{ waiting: number; inFlight: number; parked: number; dead: number }>
  /**
   * Removes ids of events that were erased. A delivery holds ids alone, nothing of what anybody
   * did, and an attempt sends what is left of its events; so this is for the lists of the parked,
   * the dead and the delivered, and for a queue that need not come to what is gone. Afterwards no
   * delivery that was enqueued for the tenant before the call, waiting, taken, parked, dead or
   * delivered, names one of these ids, and one that named no other is deleted. What receivers
   * answered to a delivery that named one is forgotten, since it may repeat what was sent; an
   * attempt that was under way meanwhile may bring it back, with its own (on AWS).
   * @param erasure.eventIds as `EventStore.erase` tells them; some thousands at a time, since each call
   * looks at all that is held
   * @param erasure.isDryRun counts, and changes nothing
   * @returns how many deliveries named one of them
   */
  erase(
    tenantId: string,
    erasure: { eventIds: readonly string[]; isDryRun?: boolean | undefined },
  ): Promise<Erased>
}

/**
 * A delivery is stored for so many days for a webhook that stays disabled: as long as its events
 * can be read by default (`NONIUS_HOT_TTL_DAYS`). A webhook that is enabled later is owed nothing
 * older.
 */
export const PARKED_DAYS = 30

/**
 * The dead are stored for so many days: enough to notice, and to send again what was not delivered.
 */
export const DEAD_DAYS = 30

/**
 * So many deliveries are parked for one webhook on one machine, ten million events where they are joined by
 * hundreds. It bounds what a webhook that nobody enables takes of the disk, some 500 MB.
 */
export const MAX_PARKED = 100_000
