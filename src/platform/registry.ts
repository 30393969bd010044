import type { Keys } from './registry/keys'
import type { Sources } from './registry/sources'
import type { Tenants } from './registry/tenants'
import type { Webhooks } from './registry/webhooks'

/**
 * Settings that people change: few, read often. One member a noun, each in a file of its name;
 * whoever needs one noun asks for `Pick<Registry, 'sources'>` (decisions/0037).
 */
export interface Registry {
  tenants: Tenants
  sources: Sources
  keys: Keys
  webhooks: Webhooks
}
