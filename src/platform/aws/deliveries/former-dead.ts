import { DeleteItemCommand, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { type Attributes, keyOf, text } from '../dynamo/attributes'
import { transact } from '../dynamo/transact'
import { guarded } from '../errors'
import { deliveryKey, deliveryOf, listedAs } from './items'

// So many are brought in at a time, before a webhook's dead are looked at.
const PAGE = 100

/**
 * Brings in what version 0.1.0 buried: it put a dead delivery under its webhook, in the order of
 * burial, and let the item by its id lead there (`buriedAs`). Such items expire within `DEAD_DAYS`.
 * @throws {StorageError}
 */
export async function adoptFormerDead(
  { dynamo, table: TableName }: { dynamo: DynamoDBClient; table: string },
  tenantId: string,
  webhookId: string,
): Promise<void> {
  const query = new QueryCommand({
    TableName,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': text(keyOf('dead', tenantId, webhookId)) },
    Limit: PAGE,
  })
  const { Items = [] } = await guarded('listing deliveries', () => dynamo.send(query))
  for (const item of Items) await adopt(item)

  async function adopt({ pk, sk, deliveryId, ...content }: Attributes) {
    const Key = { pk: pk!, sk: sk! }
    const buriedAs = sk!
    const item = { ...deliveryKey(deliveryId?.S ?? ''), ...content, buriedAs }
    const put = {
      TableName,
      Item: { ...item, ...listedAs('failed', deliveryOf(item)) },
      ConditionExpression: 'buriedAs = :buried',
      ExpressionAttributeValues: { ':buried': buriedAs },
    }
    await guarded('listing deliveries', async () => {
      const failures = await transact(dynamo, [{ Put: put }, { Delete: { TableName, Key } }])
      // It was enqueued again since.
      if (failures !== undefined) await dynamo.send(new DeleteItemCommand({ TableName, Key }))
    })
  }
}
