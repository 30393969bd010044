import {
  CreateDeliveryStreamCommand,
  FirehoseClient,
  PutRecordCommand,
} from '@aws-sdk/client-firehose'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { RetentionClass } from '../../src/event/record'
import { firehosePrefix, glueTable } from '../../src/platform/aws/lake/glue-table'
import { emulated } from '../../tools/aws-local/emulators/start'
import { type AwsLake, bucket, database } from './aws-lake'

const RoleARN = `arn:aws:iam::${emulated.accountId}:role/firehose`

/** Sends a document to a delivery stream that converts by the lake's table. @returns the object's key */
export async function deliverByFirehose(
  settings: AwsLake['settings'],
  retentionClass: RetentionClass,
  document: object,
): Promise<string> {
  const firehose = new FirehoseClient(settings)
  const DeliveryStreamName = `archive-${retentionClass}`
  await firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName,
      DeliveryStreamType: 'DirectPut',
      ExtendedS3DestinationConfiguration: {
        RoleARN,
        BucketARN: `arn:aws:s3:::${bucket}`,
        Prefix: firehosePrefix(retentionClass),
        ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/',
        BufferingHints: { SizeInMBs: 128, IntervalInSeconds: 300 },
        DataFormatConversionConfiguration: {
          Enabled: true,
          InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
          OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
          SchemaConfiguration: {
            DatabaseName: database,
            TableName: glueTable({ bucket }).name,
            Region: settings.region,
            RoleARN,
          },
        },
      },
    }),
  )
  const Data = Buffer.from(JSON.stringify(document))
  await firehose.send(new PutRecordCommand({ DeliveryStreamName, Record: { Data } }))
  // The emulator answers before the object is there.
  const s3 = new S3Client({ ...settings, forcePathStyle: true })
  for (;;) {
    const listed = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: `events/retention_class=${retentionClass}/`,
      }),
    )
    const key = listed.Contents?.[0]?.Key
    if (key) return key
    await Bun.sleep(50)
  }
}
