import type { Tenant, Tenants } from '../../registry/tenants'
import { keyOf, primaryKey } from '../dynamo/attributes'
import { type Documents, jsonOf, thingOf } from '../dynamo/json-items'

export function createTenants({ get, put }: Documents): Tenants {
  const partitionOf = (tenantId: string) => keyOf('tenant', tenantId)

  return {
    put: (tenant) =>
      put('saving a tenant', {
        ...primaryKey(partitionOf(tenant.tenantId), 'tenant'),
        ...jsonOf(tenant),
      }),

    async get(tenantId) {
      const item = await get('reading a tenant', partitionOf(tenantId), 'tenant')
      return item && thingOf<Tenant>(item)
    },
  }
}
