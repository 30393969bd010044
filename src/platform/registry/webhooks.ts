import type { Condition } from '../../event/condition'
import type { FieldFilter } from '../../event/filter'
import type { Span } from '../change-feed'

export interface Webhook {
  webhookId: string
  tenantId: string
  name: string
  targetUrl: string
  /** The webhook is sent events of these types; `*` stands for all. */
  events: string[]
  /** All of the filters must match. */
  filters: (FieldFilter | Condition)[]
  enabled: boolean
  /**
   * The webhook is owed these stretches of the change feed: one for each time that it was switched
   * on, the last without an end while it is on. Absent in what version 0.1.0 stored: then it is
   * owed all while it is enabled.
   */
  owed?: Span[] | undefined
  /**
   * The registry encrypts the secret (`whsec_…`) at rest; `list` and `get` give it for signing
   * only.
   */
  secret: string
  createdAt: string
  updatedAt: string
}

/** A subscription is a webhook without what only signing needs. */
export type WebhookSubscription = Omit<Webhook, 'secret'>

export interface Webhooks {
  /** Adds a webhook, or replaces the one with the same id. */
  put(webhook: Webhook): Promise<void>
  /**
   * Adds a webhook, unless its tenant has `most` already; several calls at once add no more than
   * that.
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
  /** Lists a page, oldest first, by `createdAt` and id. @param after where the page before ended */
  page(
    tenantId: string,
    limit: number,
    after?: Pick<Webhook, 'createdAt' | 'webhookId'>,
  ): Promise<WebhookSubscription[]>
  /**
   * Lists the webhooks of every tenant, for matching events against. It is called for each batch of
   * changes, so nothing is decrypted. It reflects every change that resolved before the call.
   */
  listAll(): Promise<WebhookSubscription[]>
  /** Deletes a webhook. @returns false when there is none */
  delete(tenantId: string, webhookId: string): Promise<boolean>
}
