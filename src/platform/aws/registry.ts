import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Registry } from '../registry'
import { createDocuments } from './dynamo/json-items'
import { createKeys } from './registry/keys'
import { createSources } from './registry/sources'
import { createTenants } from './registry/tenants'
import { createWebhooks } from './registry/webhooks'
import type { RootSecret } from './root-secret'

/**
 * The registry is one table, with one collection a tenant, and three places that are asked without
 * a tenant:
 *
 *     pk            sk
 *     tenant#T      tenant        a tenant
 *     tenant#T      source#S      its sources
 *     tenant#T      key#K         its keys, to be listed
 *     key#HASH      key           the same keys, to be found by hash
 *     tenants       tenant#T      the tenants, to be listed
 *     webhooks      webhook#T#W   the webhooks of all tenants
 *     webhooks      changes       how often any of them was changed
 *
 * Beside them stand `counts#T#S` (`counts/items.ts`), `connection#C` and `connections#T#K`
 * (`connections/rows.ts`), and `root-secret` (`root-secret.ts`).
 *
 * @param needs.secrets the secrets of webhooks are encrypted with these
 */
export function createRegistry(needs: {
  client: DynamoDBClient
  table: string
  secrets: RootSecret
}): Registry {
  const documents = createDocuments(needs.client, needs.table)
  return {
    tenants: createTenants(documents),
    sources: createSources(documents),
    keys: createKeys(documents),
    webhooks: createWebhooks(documents, needs.secrets),
  }
}
