import type { IndexedField } from '../event/filter'
import type { Scope } from '../identity/scope'
import type { Span } from './change-feed'

export interface Tenant {
  tenantId: string
  name: string
  createdAt: string
}

export const sourceModes = ['lenient', 'strict'] as const
export type SourceMode = (typeof sourceModes)[number]

/** A public key as JSON (RFC 7517). */
export type PublicJwk = { kty: string } & Record<string, unknown>

/** Where the keys are that a source's signed bodies are verified with: one of the two. */
export interface Signing {
  /** Whether a body without a signature is refused. */
  required: boolean
  jwksUrl?: string | undefined
  keys?: PublicJwk[] | undefined
}

export interface Source {
  tenantId: string
  sourceId: string
  name: string
  createdAt: string
  /** What becomes of an item that departs from the standard's text; lenient when absent. */
  mode?: SourceMode | undefined
  signing?: Signing | undefined
  updatedAt?: string | undefined
}

/** A key as it is kept: the secret itself is shown once and only its hash stays. */
export interface ApiKey {
  keyId: string
  tenantId: string
  /** Events sent with the key are stamped with this source. */
  sourceId: string
  name: string
  scopes: Scope[]
  /**
   * Whose quarantine it reaches beside that of its own source; `*` for that of every source of its
   * tenant. An administrator's reaches all of them anyway.
   */
  sources?: string[] | '*' | undefined
  /** SHA-256 of the key, hex. Keys are random, so a fast hash is enough (no dictionary to try). */
  hash: string
  /** The first characters, so that people can tell keys apart. */
  hint: string
  createdAt: string
  revokedAt?: string | undefined
}

export interface WebhookFilter {
  field: IndexedField | 'action' | 'sourceId'
  /** Any of these. */
  in: string[]
}

export interface Webhook {
  webhookId: string
  tenantId: string
  name: string
  targetUrl: string
  /** Event types, or `*` for all. */
  events: string[]
  /** All must match. */
  filters: WebhookFilter[]
  enabled: boolean
  /**
   * The stretches of the change feed that it is owed: one for each time that it was switched on, the
   * last without an end while it is. Absent in what version 0.1.0 kept: then all while it is enabled.
   */
  owed?: Span[] | undefined
  /** `whsec_…`. The registry encrypts it at rest; `list` and `get` return it for signing only. */
  secret: string
  createdAt: string
  updatedAt: string
}

/** A webhook without what only signing needs. */
export type WebhookSubscription = Omit<Webhook, 'secret'>

/** Tenants, sources, keys and webhooks: small, read often, changed by people. */
export interface Registry {
  putTenant(tenant: Tenant): Promise<void>
  getTenant(tenantId: string): Promise<Tenant | undefined>
  putSource(source: Source): Promise<void>
  getSource(tenantId: string, sourceId: string): Promise<Source | undefined>
  listSources(tenantId: string): Promise<Source[]>

  /** @throws {AppError} `invalid_request` when the hash is already in use */
  putKey(key: ApiKey): Promise<void>
  findKeyByHash(hash: string): Promise<ApiKey | undefined>
  listKeys(tenantId: string): Promise<ApiKey[]>
  /** @returns false when there is no such key that is not revoked */
  revokeKey(tenantId: string, keyId: string, at: string): Promise<boolean>

  /** Adds, or replaces the one with the same id. */
  putWebhook(webhook: Webhook): Promise<void>
  /**
   * Adds one, unless its tenant has `most` already; of several at once, too, no more are added.
   * @returns false when it was not added
   */
  addWebhook(webhook: Webhook, most: number): Promise<boolean>
  /**
   * Replaces one that is still as it was read, by its `updatedAt`.
   * @returns false when somebody changed or deleted it meanwhile
   */
  replaceWebhook(was: Pick<Webhook, 'updatedAt'>, webhook: Webhook): Promise<boolean>
  getWebhook(tenantId: string, webhookId: string): Promise<Webhook | undefined>
  listWebhooks(tenantId: string): Promise<Webhook[]>
  /** Oldest first, by time of making and id. @param after where the page before ended */
  pageWebhooks(
    tenantId: string,
    limit: number,
    after?: Pick<Webhook, 'createdAt' | 'webhookId'>,
  ): Promise<WebhookSubscription[]>
  /**
   * Of every tenant, for matching events against: asked for each batch of changes, so nothing is
   * decrypted. Reflects every `putWebhook` and `deleteWebhook` that resolved before the call.
   */
  listAllWebhooks(): Promise<WebhookSubscription[]>
  /** @returns false when there is none */
  deleteWebhook(tenantId: string, webhookId: string): Promise<boolean>
}
