import type { FieldFilter } from '../../event/filter'
import type { Span } from '../change-feed'

export interface Webhook {
  webhookId: string
  tenantId: string
  name: string
  targetUrl: string
  /** Event types, or `*` for all. */
  events: string[]
  /** All must match. */
  filters: FieldFilter[]
  enabled: boolean
  /**
   * The stretches of the change feed that it is owed: one for each time that it was switched on, the
   * last without an end while it is. Absent in what version 0.1.0 stored: then all while it is
   * enabled.
   */
  owed?: Span[] | undefined
  /** `whsec_…`. The registry encrypts it at rest; `list` and `get` return it for signing only. */
  secret: string
  createdAt: string
  updatedAt: string
}

/** A webhook without what only signing needs. */
export type WebhookSubscription = Omit<Webhook, 'secret'>

export interface Webhooks {
  /** Adds a webhook, or replaces the one with the same id. */
  put(webhook: Webhook): Promise<void>
  /**
   * Adds a webhook, unless its tenant has `most` already; of several at once, too, no more are added.
   * @returns false when it was not added
   */
  add(webhook: Webhook, most: number): Promise<boolean>
  /**
   * Replaces a webhook that is still as it was read, by its `updatedAt`.
   * @returns false when somebody changed or deleted it meanwhile
   */
  replace(was: Pick<Webhook, 'updatedAt'>, webhook: Webhook): Promise<boolean>
  get(tenantId: string, webhookId: string): Promise<Webhook | undefined>
  list(tenantId: string): Promise<Webhook[]>
  /** Oldest first, by time of making and id. @param after where the page before ended */
  page(
    tenantId: string,
    limit: number,
    after?: Pick<Webhook, 'createdAt' | 'webhookId'>,
  ): Promise<WebhookSubscription[]>
  /**
   * The webhooks of every tenant, for matching events against: asked for each batch of changes, so
   * nothing is decrypted. Reflects every change that resolved before the call.
   */
  listAll(): Promise<WebhookSubscription[]>
  /** @returns false when there is none */
  delete(tenantId: string, webhookId: string): Promise<boolean>
}
