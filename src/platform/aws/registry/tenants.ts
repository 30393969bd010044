import type { Tenant, Tenants } from '../../registry/tenants'
import { type Attributes, keyOf, primaryKey } from '../dynamo/attributes'
import { type Documents, jsonOf, thingOf } from '../dynamo/json-items'

// Tenants are few: one partition lists them all, and each stands in its own, too.
const ALL = 'tenants'

/**
 * Each tenant has two items: one among what is the tenant's, which most requests ask for, and one
 * among all tenants. Both change together.
 */
export function createTenants({ table: TableName, get, list, change }: Documents): Tenants {
  const placesOf = (tenantId: string) =>
    [
      [keyOf('tenant', tenantId), 'tenant'],
      [ALL, keyOf('tenant', tenantId)],
    ] as const

  function write(tenant: Tenant, condition: { ConditionExpression?: string }) {
    const puts = placesOf(tenant.tenantId).map(([pk, sk]) => {
      const Item: Attributes = { ...primaryKey(pk, sk), ...jsonOf(tenant) }
      return { Put: { TableName, Item, ...condition } }
    })
    return change('saving a tenant', puts)
  }

  return {
    async put(tenant) {
      await write(tenant, {})
    },

    async add(tenant) {
      const isTaken = await write(tenant, { ConditionExpression: 'attribute_not_exists(pk)' })
      return isTaken === undefined
    },

    async get(tenantId) {
      const item = await get('reading a tenant', ...placesOf(tenantId)[0])
      return item && thingOf<Tenant>(item)
    },

    async list() {
      const items = await list('listing tenants', ALL, 'tenant#')
      const tenants = items.map((item) => thingOf<Tenant>(item))
      return tenants.sort((a, b) => a.createdAt.localeCompare(b.createdAt))
    },
  }
}
