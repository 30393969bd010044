import type { Clock } from '../../platform/clock'
import type { Tenant, Tenants } from '../../platform/registry/tenants'
import { createMemory } from './remember'

// The same as for keys and sources: a changed setting takes effect within five seconds everywhere.
const CACHE_MS = 5_000
// Tenants that send at one time; beyond it the oldest is looked up again.
const CACHE_TENANTS = 1_000
// A tenant is some hundred bytes.
const CACHE_BYTES = 1024 * 1024

/** Finds a tenant. @returns undefined for one that nobody registered: it has no settings */
export type FindTenant = (tenantId: string) => Promise<Tenant | undefined>

/** The settings of a tenant, without a look-up for each request. */
export function rememberTenants(needs: {
  registry: { tenants: Pick<Tenants, 'get'> }
  clock: Pick<Clock, 'monotonic'>
}): FindTenant {
  const known = createMemory<Tenant | undefined>({
    clock: needs.clock,
    forMs: CACHE_MS,
    maxEntries: CACHE_TENANTS,
    maxBytes: CACHE_BYTES,
  })

  return async function findTenant(tenantId) {
    const cached = known.get(tenantId)
    if (cached !== undefined) return cached.value
    const tenant = await needs.registry.tenants.get(tenantId)
    known.set(tenantId, tenant)
    return tenant
  }
}
