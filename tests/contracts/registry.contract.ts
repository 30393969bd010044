import type { Registry } from '../../src/platform/registry'
import { keysContract } from './registry/keys.contract'
import { sourcesContract } from './registry/sources.contract'
import { tenantsContract } from './registry/tenants.contract'
import { webhooksContract } from './registry/webhooks.contract'

/** The promises of every noun of the registry. */
export function registryContract(
  name: string,
  create: () => Promise<{ registry: Registry } & AsyncDisposable>,
) {
  tenantsContract(name, create)
  sourcesContract(name, create)
  keysContract(name, create)
  webhooksContract(name, create)
}
