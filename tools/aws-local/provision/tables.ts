import {
  CreateTableCommand,
  DescribeTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import type { GraphResource } from '../../synth/graph'
import { type AdminClients, unlessThere } from './clients'

/** Makes a table of the graph. @returns the ARN of its stream, if it has one */
export async function provisionTable({ inputs }: GraphResource, { dynamo }: AdminClients) {
  const { name: TableName, hashKey, rangeKey, attributes, ttl } = inputs
  const indexes: Index[] = inputs.globalSecondaryIndexes ?? []
  await unlessThere(
    dynamo.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: attributes.map(({ name, type }: Record<string, string>) => ({
          AttributeName: name,
          AttributeType: type,
        })),
        KeySchema: keySchema({ hashKey, rangeKey }),
        ...(indexes.length > 0 && {
          GlobalSecondaryIndexes: indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: keySchema(index),
            Projection: { ProjectionType: index.projectionType },
          })),
        }),
        ...(inputs.streamEnabled && {
          StreamSpecification: { StreamEnabled: true, StreamViewType: inputs.streamViewType },
        }),
      }),
    ),
  )
  if (ttl?.enabled) {
    const TimeToLiveSpecification = { AttributeName: ttl.attributeName, Enabled: true }
    const update = new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification })
    // The call is refused for a table that has it already.
    await dynamo.send(update).catch((error) => {
      if (error.name !== 'ValidationException') throw error
    })
  }
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }))
  return Table?.LatestStreamArn
}

interface Index {
  name: string
  hashKey: string
  rangeKey: string
  projectionType: 'ALL' | 'KEYS_ONLY'
}

function keySchema({ hashKey, rangeKey }: { hashKey: string; rangeKey?: string }) {
  const hash = { AttributeName: hashKey, KeyType: 'HASH' as const }
  return rangeKey ? [hash, { AttributeName: rangeKey, KeyType: 'RANGE' as const }] : [hash]
}
