import type { Database } from 'bun:sqlite'
import type { Registry } from '../registry'
import { createKeys, keySchema } from './registry/keys'
import { createSources, sourceSchema } from './registry/sources'
import { createTenants, tenantSchema } from './registry/tenants'
import { createWebhooks, webhookSchema } from './registry/webhooks'

// Lists and settings are stored as JSON: they are read whole, and nothing is searched by them.
export const registrySchema = tenantSchema + sourceSchema + keySchema + webhookSchema

/** Makes the registry. @param options.secretKey 32 bytes; webhook secrets are encrypted with it */
export function createRegistry(db: Database, options: { secretKey: Uint8Array }): Registry {
  return {
    tenants: createTenants(db),
    sources: createSources(db),
    keys: createKeys(db),
    webhooks: createWebhooks(db, options.secretKey),
  }
}
