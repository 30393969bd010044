import type { Source, Sources } from '../../registry/sources'
import { keyOf, primaryKey } from '../dynamo/attributes'
import { type Documents, jsonOf, thingOf } from '../dynamo/json-items'

export function createSources({ get, put, list }: Documents): Sources {
  const keysOf = (tenantId: string, sourceId: string) =>
    [keyOf('tenant', tenantId), keyOf('source', sourceId)] as const

  return {
    put: (source) =>
      put('saving a source', {
        ...primaryKey(...keysOf(source.tenantId, source.sourceId)),
        ...jsonOf(source),
      }),

    async get(tenantId, sourceId) {
      const item = await get('reading a source', ...keysOf(tenantId, sourceId))
      return item && thingOf<Source>(item)
    },

    async list(tenantId) {
      const items = await list('listing sources', keyOf('tenant', tenantId), 'source#')
      const sources = items.map((item) => thingOf<Source>(item))
      return sources.sort((a, b) => a.createdAt.localeCompare(b.createdAt))
    },
  }
}
