import type { Keys } from './registry/keys'
import type { Sources } from './registry/sources'
import type { Tenants } from './registry/tenants'
import type { Webhooks } from './registry/webhooks'

/**
 * The registry holds settings that people change: few, read often. It has one member a noun, each
 * in a file of its name; code that needs one noun asks for `Pick<Registry, 'sources'>`
 * (decisions/0037).
 */
export interface Registry {
  tenants: Tenants
  sources: Sources
  keys: Keys
  webhooks: Webhooks
}
