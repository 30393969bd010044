import type { UnknownTypesMode, VocabularyName } from '../../event/event-type'
import type { TenantBudgets } from './budgets'

/**
 * `lrs` is a record store: statements are found for as long as they are retained. `ingest` takes
 * statements as events. `off` takes none.
 */
export const xapiModes = ['off', 'ingest', 'lrs'] as const
export type XapiMode = (typeof xapiModes)[number]

/** Routes are limited by class: those that take events, those that read, those that administer. */
export const routeClasses = ['publish', 'query', 'admin'] as const
export type RouteClass = (typeof routeClasses)[number]

/** A tenant is an organisation: everything that is stored belongs to one. */
export interface Tenant {
  tenantId: string
  name: string
  createdAt: string
  /** The mode of xAPI; the platform's own (`ServingPlatform.defaultXapi`) when absent. */
  xapi?: XapiMode | undefined
  /** The outcome of native events of types that are not registered; the config's when absent. */
  unknownTypes?: UnknownTypesMode | undefined
  /** The vocabularies of native types, the first that knows a name counts; all of ours when absent. */
  vocabularies?: VocabularyName[] | undefined
  /** Requests of all its callers by class of route, e.g. `6000/minute`; absent ones are not limited. */
  limits?: { [C in RouteClass]?: string | undefined } | undefined
  /**
   * Webhooks may go to these hosts only, e.g. `hooks.example.edu` or `*.example.edu`; to any that is public
   * when absent.
   */
  webhookHosts?: string[] | undefined
  /** All its sources together may send and hold so much; any amount when absent. */
  budgets?: TenantBudgets | undefined
  /** Its days are those of this time zone, an IANA name; those of UTC when absent. */
  timeZone?: string | undefined
  /** Events that arrived before then are not read any more, ISO 8601 UTC. */
  hiddenBefore?: string | undefined
}

export interface Tenants {
  /** Adds a tenant, or replaces the one with the same id. */
  put(tenant: Tenant): Promise<void>
  /** Adds a tenant. @returns false when there is one with its id, which stays as it is */
  add(tenant: Tenant): Promise<boolean>
  /** Lists all tenants, oldest first. */
  list(): Promise<Tenant[]>
  get(tenantId: string): Promise<Tenant | undefined>
}
