import { Option } from 'commander'
import type { Registry } from '../platform/registry'
import type { Tenant } from '../platform/registry/tenants'
import { CommandError } from './failure'

/** Makes the option `--tenant` of a command whose things belong to one. */
export function tenantOption(): Option {
  // A first start creates this tenant.
  return new Option('--tenant <id>', 'the tenant').default('default')
}

// As many as a sentence can name.
const MAX_NAMED = 20

/** @throws {CommandError} when there is none, with those that there are */
export async function requireTenant(
  { tenants }: Pick<Registry, 'tenants'>,
  id: string,
): Promise<Tenant> {
  const tenant = await tenants.get(id)
  if (tenant !== undefined) return tenant
  const ids = (await tenants.list()).map(({ tenantId }) => tenantId)
  throw new CommandError(`There is no tenant ${id}. There are: ${named(ids)}`)
}

/** Names things in a sentence, the first of them if they are many. */
export function named(ids: readonly string[]): string {
  const more = ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : ''
  return ids.slice(0, MAX_NAMED).join(', ') + more
}
