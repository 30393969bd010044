import { findKey } from '../../access/keys/find-key'
import { roleOf } from '../../access/roles/viewer'
import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import type { Role } from '../../identity/role'
import type { ApiKey } from '../../platform/registry/keys'
import { requireKey } from '../authenticate'
import type { AppContext, AppDeps } from '../context'
import { z } from '../zod'

/** The query of every route whose things belong to a tenant, and may be another's than the key's. */
export const TenantQuery = z.strictObject({
  tenant: z.string().min(1).max(64).optional().openapi({
    description: "With scope `installation`: whose. The key's own tenant when left out",
    example: 'school',
  }),
})

/**
 * Admits whoever may administer a tenant: `admin` its own, `installation` any.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export async function administrator(c: AppContext): Promise<Principal> {
  const principal = await requireKey(c)
  const { scopes, keyId } = principal
  // Keys outlast the time in which none was needed.
  if (keyId === 'anonymous') {
    throw new AppError('unauthenticated', 'Keys and tenants are administered with a key. Send one.')
  }
  if (scopes.includes('admin') || scopes.includes('installation')) return principal
  const detail = 'This key does not have the scope admin, nor installation.'
  throw new AppError('forbidden', detail)
}

/**
 * Finds the tenant that is to be administered.
 * @throws {AppError} `forbidden` for another than the key's own, there or not, unless the key has
 * `installation`; `not_found`
 */
export async function tenantAsked(
  { platform }: Pick<AppDeps, 'platform'>,
  { tenantId: own, scopes }: Principal,
  { tenant = own }: z.output<typeof TenantQuery>,
): Promise<string> {
  if (tenant === own) return own
  if (!scopes.includes('installation')) {
    const detail = 'This key does not have the scope installation: it administers its own tenant.'
    throw new AppError('forbidden', detail)
  }
  if ((await platform.registry.tenants.get(tenant)) !== undefined) return tenant
  throw new AppError('not_found', 'There is no tenant with this id.')
}

export const KeyParams = z.object({
  id: z.string().openapi({ description: 'As it is, or how it begins', example: 'key_5f2c1d9e' }),
})

/** @throws {AppError} `not_found`, also for a key of another tenant; `invalid_request` for several */
export async function keyNamed(
  { platform }: Pick<AppDeps, 'platform'>,
  tenantId: string,
  named: string,
): Promise<ApiKey> {
  return findKey(await platform.registry.keys.list(tenantId), named)
}

/** @throws {AppError} `forbidden` when a new key would be allowed more than whoever makes it */
export function requireGivable(
  { scopes, role }: Pick<ApiKey, 'scopes' | 'role'>,
  giver: Principal,
): void {
  if (role !== undefined) requireReader(role, giver)
  const lacking = scopes.filter((scope) => !giver.scopes.includes(scope))
  if (lacking.length === 0) return
  const detail = `This key cannot give scopes that it does not have itself: ${lacking.join(', ')}.`
  throw new AppError('forbidden', detail)
}

/** Whoever could not read the tenant's people with a key of their own makes none that can. */
function requireReader(role: Role, giver: Principal): void {
  const isReader = role === 'system' ? giver.scopes.includes('installation') : roleOf(giver)
  if (isReader) return
  const needed = role === 'system' ? 'installation' : 'admin or events:read'
  throw new AppError('forbidden', `This key cannot give the role ${role} without ${needed}.`)
}
