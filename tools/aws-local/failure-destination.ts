import { randomUUID } from 'node:crypto'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Discarded } from './stream-batch'

interface Source {
  mappingId: string
  functionArn: string
  streamArn: string
  shardId: string
}

/**
 * Writes what Lambda writes to the bucket about records that it gave up, with the records
 * themselves ("Retain discarded records for a DynamoDB event source in Lambda").
 */
export async function putDiscarded(
  s3: S3Client,
  Bucket: string,
  { records, condition, invokeCount, functionError }: Discarded,
  { mappingId, functionArn, streamArn, shardId }: Source,
): Promise<void> {
  const now = new Date()
  const [first, last] = [records[0], records.at(-1)]
  const record = {
    requestContext: {
      requestId: randomUUID(),
      functionArn,
      condition,
      approximateInvokeCount: invokeCount,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError },
    version: '1.0',
    timestamp: now.toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.dynamodb?.SequenceNumber,
      endSequenceNumber: last?.dynamodb?.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn,
    },
    payload: JSON.stringify({ Records: records }),
  }
  const Key = keyOf(now, `${mappingId}/${shardId}`)
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(record) }))
}

/** Returns a key: `aws/lambda/MAPPING/SHARD/2026/03/12/2026-03-12T19.03.58-UUID`. */
function keyOf(now: Date, source: string): string {
  const [date = '', time = ''] = now.toISOString().slice(0, 19).split('T')
  const day = date.replaceAll('-', '/')
  return `aws/lambda/${source}/${day}/${date}T${time.replaceAll(':', '.')}-${randomUUID()}`
}

function arrival(record: Discarded['records'][number] | undefined): string | undefined {
  const seconds = record?.dynamodb?.ApproximateCreationDateTime
  return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString()
}
