import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import type { Tenant } from '../../platform/registry/tenants'
import type { AppDeps } from '../context'
import { z } from '../zod'

export const TenantParams = z.object({ id: z.string().openapi({ example: 'default' }) })

/**
 * @throws {AppError} `not_found`, also for a tenant that is not the principal's own, unless it has
 * `installation`
 */
export async function findTenant(
  { platform }: Pick<AppDeps, 'platform'>,
  { tenantId, scopes }: Pick<Principal, 'tenantId' | 'scopes'>,
  id: string,
): Promise<Tenant> {
  const isReached = id === tenantId || scopes.includes('installation')
  const tenant = isReached ? await platform.registry.tenants.get(id) : undefined
  if (tenant !== undefined) return tenant
  throw new AppError('not_found', 'No tenant of yours has this id.')
}
