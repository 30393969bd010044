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
}

/** Durable, at least once: what is taken and neither done nor retried comes back by itself. */
export interface DeliveryQueue {
  /** Resolves once durable. A `deliveryId` that is waiting already is not added again. */
  enqueue(deliveries: readonly Delivery[], delayMs?: number): Promise<void>
  /** Takes up to `limit` that are due; each is invisible to others for `leaseMs`. */
  take(limit: number, leaseMs: number): Promise<Delivery[]>
  done(deliveryId: string): Promise<void>
  /** Gives it back, due after `delayMs`, with one attempt more. */
  retry(deliveryId: string, delayMs: number, reason: string): Promise<void>
  /** Sets it aside for good, kept for people to see and to send again. */
  bury(deliveryId: string, reason: string): Promise<void>
  stats(): Promise<{ waiting: number; inFlight: number; dead: number }>
}
