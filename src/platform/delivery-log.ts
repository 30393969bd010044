import type { AttemptRecord, Delivery } from './delivery-queue'
import type { Page, PageRequest } from './event-store'

/**
 * A delivery is `pending` while it waits or is under way, `held` while its webhook is disabled,
 * `failed` once it was given up.
 */
export const deliveryStatuses = ['pending', 'delivered', 'failed', 'held'] as const
export type DeliveryStatus = (typeof deliveryStatuses)[number]

/** An entry is a delivery with what became of it so far. */
export interface DeliveryEntry extends Delivery {
  status: DeliveryStatus
  /** The latest attempts, oldest first; no more than `MAX_TRIES` of them are remembered. */
  tries: readonly AttemptRecord[]
  /**
   * A pending one is tried then, or at once when it is past. Absent while it waits for another of its
   * lane. ISO 8601 UTC, as all times here.
   */
  nextAttemptAt?: string | undefined
  /** It was delivered, or given up, at this time. */
  endedAt?: string | undefined
  /** Says why it was given up. */
  reason?: string | undefined
}

/** Eleven attempts are the schedule's; some more are a person's. */
export const MAX_TRIES = 20

/** A try remembers so much of what the receiver answered, in bytes. */
export const MAX_RESPONSE_BYTES = 4096

/**
 * A delivery that arrived is remembered for a week; it can be read meanwhile, and is not sent again.
 * One machine remembers no more than the latest 1,000 of a webhook and 50,000 of a tenant.
 */
export const DELIVERED_DAYS = 7

export interface DeliveryPage extends PageRequest {
  status?: DeliveryStatus | undefined
  /** Only what was enqueued from then on, inclusive. */
  from?: string | undefined
  /** Only what was enqueued before then. */
  to?: string | undefined
}

/** A backlog is what waits for a webhook or is held for it. */
export interface Backlog {
  pending: number
  held: number
  failed: number
  /** The oldest that is pending or held was enqueued then. */
  oldestAt?: string | undefined
  /** If false, there are more: no more were counted. */
  isExact: boolean
}

/**
 * Figures count attempts, failed ones by their `error`; `latency` has how many of all took how long, by
 * bucket (`syntax/latency.ts`). They are told for `FIGURES_DAYS`.
 */
export interface AttemptFigures {
  succeeded: number
  failed: number
  latency: Readonly<Record<number, number>>
}

/** Figures are kept for so many days: a month, and what is left of the one before. */
export const FIGURES_DAYS = 40

/**
 * The log tells what became of a webhook's deliveries. It is kept by the queue. No call tells
 * anything of another tenant's, whatever ids it is given. Every method throws `StorageError`.
 */
export interface DeliveryLog {
  /**
   * Lists a webhook's deliveries, the latest `enqueuedAt` first. A page may be short, even empty, where
   * many were looked at in vain. What ends meanwhile is not given twice.
   * @throws {AppError} `invalid_cursor`
   */
  list(tenantId: string, webhookId: string, page: DeliveryPage): Promise<Page<DeliveryEntry>>
  /** @returns undefined for none of this webhook */
  find(tenantId: string, webhookId: string, deliveryId: string): Promise<DeliveryEntry | undefined>
  /**
   * Makes a failed delivery pending again, due at once, with the attempts of a new one; what is
   * remembered of the former ones stays.
   * @returns false when it is not failed any more, or never was
   */
  again(tenantId: string, webhookId: string, deliveryId: string): Promise<boolean>
  /**
   * Makes failed deliveries pending again, as `again` does, those that were enqueued first first.
   * @param since only those enqueued from then on
   * @param limit at most so many
   * @param endedBefore only those given up before then: one whose events have expired is given up
   * again at once, and would be the first again
   * @returns how many; fewer than `limit` when there are no more
   */
  againAll(
    tenantId: string,
    webhookId: string,
    limit: number,
    since?: string | undefined,
    endedBefore?: string | undefined,
  ): Promise<number>
  /** Gives up whatever is held for a webhook; it is `failed` with this reason. May be repeated. */
  skip(tenantId: string, webhookId: string, reason: string): Promise<void>
  backlog(tenantId: string, webhookId: string): Promise<Backlog>
  /** Adds up the attempts since then, by the hour: all of the hour in which it lies. */
  figures(tenantId: string, webhookId: string, since: string): Promise<AttemptFigures>
}
