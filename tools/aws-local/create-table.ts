import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import type { TableShape } from '../../src/platform/aws/deployed/tables'

/**
 * Returns the input that makes a table of a shape in an emulator (time to live is switched on by a
 * call of its own).
 */
export function createTableInput(TableName: string, shape: TableShape): CreateTableCommandInput {
  const keys = [shape, ...shape.indexes]
  const names = keys.flatMap(({ hashKey, rangeKey }) =>
    rangeKey ? [hashKey, rangeKey] : [hashKey],
  )
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...new Set(names)].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S' as const,
    })),
    KeySchema: keySchema(shape),
    ...(shape.indexes.length > 0 && {
      GlobalSecondaryIndexes: shape.indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: index.projection === 'all' ? 'ALL' : 'KEYS_ONLY' },
      })),
    }),
    ...(shape.stream && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    }),
  }
}

function keySchema({ hashKey, rangeKey }: { hashKey: string; rangeKey?: string }) {
  const hash = { AttributeName: hashKey, KeyType: 'HASH' as const }
  return rangeKey ? [hash, { AttributeName: rangeKey, KeyType: 'RANGE' as const }] : [hash]
}
