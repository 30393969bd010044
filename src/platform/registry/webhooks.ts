import type { Condition } from '../../event/condition'
import type { FieldFilter } from '../../event/filter'
import type { Span } from '../change-feed'

export const signatureSchemes = ['v1', 'v1a'] as const
/** `v1` is HMAC-SHA256 with a secret, `v1a` Ed25519 with a key pair (Standard Webhooks 1.0.0). */
export type SignatureScheme = (typeof signatureSchemes)[number]

/**
 * `raw` has events as they were sent, `record` as normalised by us, `thin` their ids only;
 * `cloudevents` are CloudEvents 1.0, a batch of them unless the webhook takes one event at a time.
 */
export const deliveryFormats = ['raw', 'record', 'thin', 'cloudevents'] as const
export type DeliveryFormat = (typeof deliveryFormats)[number]

/** A webhook is failing from the first attempt that fails until the next that does not. */
export interface WebhookHealth {
  /** The first of the failed attempts, ISO 8601 UTC. */
  failingSince: string
  /** So many attempts have failed since. */
  failures: number
  /** Says why the latest of them failed. */
  lastFailure: string
  /** The oldest delivery that failed since was enqueued then. */
  oldest?: string | undefined
  /** Somebody was told of it (`nonius.webhook.failing`), and is told when it recovers. */
  isTold?: true | undefined
}

/**
 * A webhook that was enabled goes on from here: `position`, where it stopped; `now`; or a time, ISO 8601
 * UTC. It is stored until that is done.
 */
export interface Resuming {
  from: string
  /** It was enabled then. */
  at: string
  /** It may lack what was enqueued from then on. */
  since?: string | undefined
}

/** A subscription is a webhook without what is secret. What is left out has its default. */
export interface WebhookSubscription {
  webhookId: string
  tenantId: string
  name: string
  targetUrl: string
  /** The webhook is sent events of these types; `*` stands for all. */
  events: string[]
  /** All of the filters must match. */
  filters: (FieldFilter | Condition)[]
  /** This must hold as well, in the language of live subscriptions. */
  rule?: Condition | undefined
  enabled: boolean
  /** Says since when, by whom and why it is disabled, while it is. */
  disabled?:
    | { at: string; by: 'person' | 'gone' | 'failures'; reason?: string | undefined }
    | undefined
  resuming?: Resuming | undefined
  /** `['v1']` when left out. */
  signatures?: SignatureScheme[] | undefined
  /** The public key of `v1a`, `whpk_` and 32 bytes in base64. */
  publicKey?: string | undefined
  format?: DeliveryFormat | undefined
  /** Only these members of each event are sent, by paths such as `actor.id`; all when left out. */
  fields?: string[] | undefined
  contentEncoding?: 'gzip' | undefined
  /** A message has at most so many events, and waits at most so long for more. 100 and 0.1. */
  batch?: { maxEvents: number; maxSeconds: number } | undefined
  /** A body has at most so many bytes before it is compressed; 262,144 when left out. */
  maxBytes?: number | undefined
  /** If true, one message at a time for each actor, in the order of the log. */
  ordered?: boolean | undefined
  /** At most so many attempts at the same time; 4 when left out. */
  maxConcurrent?: number | undefined
  /** At most so many attempts a second; any number when left out. */
  maxPerSecond?: number | undefined
  /** Names of headers of its own; their values are secret. */
  headerNames?: string[] | undefined
  /**
   * The webhook is owed these stretches of the change feed: one, since it was made. In what earlier
   * versions stored, one for each time that it was switched on, the last without an end while it is
   * on. Absent in what version 0.1.0 stored: then it is owed all while it is enabled.
   */
  owed?: Span[] | undefined
  createdAt: string
  updatedAt: string
}

/** Secrets that are of use until then. */
export interface FormerSecret {
  secret: string
  privateKey?: string | undefined
  /** ISO 8601 UTC. */
  until: string
}

export interface Webhook extends WebhookSubscription {
  /**
   * The registry encrypts the secret (`whsec_…`) at rest, and what follows; `list` and `get` give it
   * for signing only.
   */
  secret: string
  /** The private key of `v1a`, PKCS #8 DER in base64. */
  privateKey?: string | undefined
  /** Messages are signed with these as well, for as long as they are good. */
  former?: FormerSecret[] | undefined
  /** Headers of its own, by name in lower case. */
  headers?: Record<string, string> | undefined
  /** Absent while it is well. It is stored apart: `put`, `add` and `replace` leave it as it is. */
  health?: WebhookHealth | undefined
}

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
  /** Stores its health, or that it is well; one that was deleted stays so. Costs `listAll` nothing. */
  noteHealth(tenantId: string, webhookId: string, health: WebhookHealth | undefined): Promise<void>
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
