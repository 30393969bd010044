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
 * Durable, at least once: what is taken and neither done nor retried comes back by itself. Every
 * method throws `StorageError` when the queue cannot be reached.
 */
export interface DeliveryQueue {
  /**
   * Resolves once durable. A `deliveryId` that is waiting already is not added again; one that was
   * buried leaves the dead.
   */
  enqueue(deliveries: readonly Delivery[], delayMs?: number): Promise<void>
  /**
   * Takes up to `limit` that are due; each is invisible to others for `leaseMs`.
   * @param room how many more of a webhook's deliveries the caller can hold, so that the backlog of
   * one slow target does not fill every place. Without it there is room for any.
   */
  take(limit: number, leaseMs: number, room?: (webhookId: string) => number): Promise<Delivery[]>
  /** Forgets it. After a power cut it may come back once more, as after a lost reply. */
  done(deliveryId: string): Promise<void>
  /** Gives it back, due after `delayMs`, with one attempt more. */
  retry(deliveryId: string, delayMs: number, reason: string): Promise<void>
  /** Sets it aside for good, kept for people to see and to send again. */
  bury(deliveryId: string, reason: string): Promise<void>
  /** What was buried for a webhook, latest first. */
  listDead(tenantId: string, webhookId: string, limit: number): Promise<DeadDelivery[]>
  stats(): Promise<{ waiting: number; inFlight: number; dead: number }>
}
