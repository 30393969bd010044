import type { Update } from '@aws-sdk/client-dynamodb'
import { AppError } from '../../../error/app-error'
import { type ApiKey, ERASED_NAME, type Keys } from '../../registry/keys'
import { type Attributes, keyOf, primaryKey, text } from '../dynamo/attributes'
import { byStamp, type Documents, jsonOf, stamp, thingOf } from '../dynamo/json-items'

type Change = Pick<
  Update,
  | 'UpdateExpression'
  | 'ConditionExpression'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
>

/**
 * Each key has two items: one is found by its hash with one read, which most requests need, the other
 * stands among those of its tenant. Both change together.
 */
export function createKeys({ table: TableName, get, list, change }: Documents): Keys {
  const byHash = (hash: string) => [keyOf('key', hash), 'key'] as const
  const byId = (tenantId: string, keyId: string) =>
    [keyOf('tenant', tenantId), keyOf('key', keyId)] as const

  /** Changes both items of a key. @returns false when there is none, or the condition fails */
  async function update(what: string, tenantId: string, keyId: string, how: Change) {
    const item = await get(what, ...byId(tenantId, keyId))
    if (item === undefined) return false
    const places = [byId(tenantId, keyId), byHash(keyFrom(item).hash)]
    const failed = await change(
      what,
      places.map((place) => ({ Update: { TableName, Key: primaryKey(...place), ...how } })),
    )
    return failed === undefined
  }

  return {
    async add({ revokedAt, ...key }) {
      const item: Attributes = { ...jsonOf(key), stamp: stamp() }
      if (revokedAt !== undefined) item.revokedAt = text(revokedAt)
      const ConditionExpression = 'attribute_not_exists(pk)'
      const isTaken = await change(
        'saving a key',
        [byHash(key.hash), byId(key.tenantId, key.keyId)].map((at) => ({
          Put: { TableName, Item: { ...primaryKey(...at), ...item }, ConditionExpression },
        })),
      )
      if (isTaken === undefined) return
      throw new AppError('invalid_request', 'This key is already in use; choose another.')
    },

    async findByHash(hash) {
      const item = await get('looking up a key', ...byHash(hash))
      return item && keyFrom(item)
    },

    async list(tenantId) {
      const items = await list('listing keys', keyOf('tenant', tenantId), 'key#')
      return items.sort(byStamp).map(keyFrom)
    },

    revoke: (tenantId, keyId, at) =>
      update('revoking a key', tenantId, keyId, {
        UpdateExpression: 'SET revokedAt = :at',
        ConditionExpression: 'attribute_not_exists(revokedAt)',
        ExpressionAttributeValues: { ':at': text(at) },
      }),

    async forgetActor(tenantId, keyId, at) {
      const what = 'forgetting whose key it was'
      const item = await get(what, ...byId(tenantId, keyId))
      if (item === undefined) return false
      // Nothing else changes this part of a key.
      const { actorId: _, ...key } = thingOf<ApiKey>(item)
      const { json } = jsonOf({ ...key, name: ERASED_NAME })
      return update(what, tenantId, keyId, {
        UpdateExpression: 'SET #json = :json, revokedAt = if_not_exists(revokedAt, :at)',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#json': 'json' },
        ExpressionAttributeValues: { ':json': json!, ':at': text(at) },
      })
    },

    retire: (tenantId, keyId, { expiresAt, replacedBy }) =>
      update('retiring a key', tenantId, keyId, {
        UpdateExpression: 'SET endsAt = :at, replacedBy = :by',
        ConditionExpression: 'attribute_not_exists(revokedAt) AND attribute_not_exists(replacedBy)',
        ExpressionAttributeValues: { ':at': text(expiresAt), ':by': text(replacedBy) },
      }),
  }
}

function keyFrom(item: Attributes): ApiKey {
  const key = thingOf<ApiKey>(item)
  if (item.revokedAt !== undefined) key.revokedAt = item.revokedAt.S!
  // A key may have had an end before it was retired: then that stands in its JSON.
  if (item.endsAt !== undefined) key.expiresAt = item.endsAt.S!
  if (item.replacedBy !== undefined) key.replacedBy = item.replacedBy.S!
  return key
}
