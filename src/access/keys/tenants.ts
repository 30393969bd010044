import type { Clock } from '../../platform/clock'
import type { Tenant, Tenants } from '../../platform/registry/tenants'
import { rememberFound } from './remember'

// The same as for keys and sources: a changed setting takes effect within five seconds everywhere.
const CACHE_MS = 5_000
// Tenants that send at one time; beyond it the oldest is looked up again.
const CACHE_TENANTS = 1_000
// A tenant is some hundred bytes.
const CACHE_BYTES = 1024 * 1024

/** Finds a tenant. @returns undefined for one that nobody registered: it has no settings */
export type FindTenant = (tenantId: string) => Promise<Tenant | undefined>

/** The settings of a tenant, without a look-up for each request. */
export function rememberTenants({
  registry,
  clock,
}: {
  registry: { tenants: Pick<Tenants, 'get'> }
  clock: Pick<Clock, 'monotonic'>
}): FindTenant {
  const bounds = { clock, forMs: CACHE_MS, maxEntries: CACHE_TENANTS, maxBytes: CACHE_BYTES }
  return rememberFound(bounds, (tenantId) => registry.tenants.get(tenantId))
}
