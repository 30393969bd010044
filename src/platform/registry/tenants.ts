/** A tenant is an organisation: everything that is stored belongs to one. */
export interface Tenant {
  tenantId: string
  name: string
  createdAt: string
}

export interface Tenants {
  /** Adds a tenant, or replaces the one with the same id. */
  put(tenant: Tenant): Promise<void>
  get(tenantId: string): Promise<Tenant | undefined>
}
