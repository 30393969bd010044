import type { AttributeValue, _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBRecord } from 'aws-lambda'

/**
 * Turns a record of the stream's API into the form that Lambda hands on: bytes in base64, times in
 * seconds.
 */
export function lambdaRecord(record: StreamRecord, eventSourceARN: string): DynamoDBRecord {
  const { dynamodb, userIdentity } = record
  return {
    eventID: record.eventID,
    eventName: record.eventName,
    eventVersion: record.eventVersion,
    eventSource: record.eventSource,
    awsRegion: record.awsRegion,
    dynamodb: {
      ...dynamodb,
      ApproximateCreationDateTime: seconds(dynamodb?.ApproximateCreationDateTime),
      Keys: image(dynamodb?.Keys),
      NewImage: image(dynamodb?.NewImage),
      OldImage: image(dynamodb?.OldImage),
    },
    eventSourceARN,
    ...(userIdentity && {
      userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    }),
  } as DynamoDBRecord
}

function seconds(time: Date | undefined): number | undefined {
  return time && Math.floor(time.getTime() / 1000)
}

function image(attributes: Record<string, AttributeValue> | undefined) {
  return attributes && mapped(attributes)
}

function mapped(attributes: Record<string, AttributeValue>) {
  return Object.fromEntries(Object.entries(attributes).map(([name, held]) => [name, value(held)]))
}

function value(held: AttributeValue): unknown {
  if (held.B !== undefined) return { B: base64(held.B) }
  if (held.BS !== undefined) return { BS: held.BS.map(base64) }
  if (held.L !== undefined) return { L: held.L.map(value) }
  if (held.M !== undefined) return { M: mapped(held.M) }
  return held
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
