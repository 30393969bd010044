import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Registry, Source, Tenant } from '../registry'
import { keyOf, primaryKey } from './dynamo/attributes'
import { createDocuments, type Documents, jsonOf, thingOf } from './dynamo/documents'
import { createKeyItems } from './registry/keys'
import { createWebhookItems } from './registry/webhooks'
import type { RootSecret } from './root-secret'

/**
 * One table, one collection a tenant, and two places that are asked without a tenant:
 *
 *     pk            sk
 *     tenant#T      tenant        a tenant
 *     tenant#T      source#S      its sources
 *     tenant#T      key#K         its keys, to be listed
 *     key#HASH      key           the same keys, to be found by hash
 *     webhooks      webhook#T#W   the webhooks of all tenants
 *     webhooks      changes       how often any of them was changed
 *
 * Beside them stand `counts#T#S` (`count-items.ts`), `connection#C` (`connection-rows.ts`) and
 * `root-secret` (`root-secret.ts`).
 *
 * @param needs.secrets what the secrets of webhooks are encrypted with
 */
export function createRegistry(needs: {
  client: DynamoDBClient
  table: string
  secrets: RootSecret
}): Registry {
  const documents = createDocuments(needs.client, needs.table)
  return {
    ...createTenantItems(documents),
    ...createKeyItems(documents),
    ...createWebhookItems(documents, needs.secrets),
  }
}

type TenantItems = Pick<
  Registry,
  'putTenant' | 'getTenant' | 'putSource' | 'getSource' | 'listSources'
>

function createTenantItems({ get, put, list }: Documents): TenantItems {
  const ofTenant = (tenantId: string) => keyOf('tenant', tenantId)
  const ofSource = (sourceId: string) => keyOf('source', sourceId)

  return {
    putTenant: (tenant) =>
      put('saving a tenant', {
        ...primaryKey(ofTenant(tenant.tenantId), 'tenant'),
        ...jsonOf(tenant),
      }),

    async getTenant(tenantId) {
      const item = await get('reading a tenant', ofTenant(tenantId), 'tenant')
      return item && thingOf<Tenant>(item)
    },

    putSource: (source) =>
      put('saving a source', {
        ...primaryKey(ofTenant(source.tenantId), ofSource(source.sourceId)),
        ...jsonOf(source),
      }),

    async getSource(tenantId, sourceId) {
      const item = await get('reading a source', ofTenant(tenantId), ofSource(sourceId))
      return item && thingOf<Source>(item)
    },

    async listSources(tenantId) {
      const items = await list('listing sources', ofTenant(tenantId), 'source#')
      const sources = items.map((item) => thingOf<Source>(item))
      return sources.sort((a, b) => a.createdAt.localeCompare(b.createdAt))
    },
  }
}
