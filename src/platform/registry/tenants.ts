/**
 * `lrs` is a record store: statements are found for as long as they are retained. `ingest` takes
 * statements as events. `off` takes none.
 */
export const xapiModes = ['off', 'ingest', 'lrs'] as const
export type XapiMode = (typeof xapiModes)[number]

/** A tenant is an organisation: everything that is stored belongs to one. */
export interface Tenant {
  tenantId: string
  name: string
  createdAt: string
  /** The mode of xAPI; the platform's own (`ServingPlatform.defaultXapi`) when absent. */
  xapi?: XapiMode | undefined
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
