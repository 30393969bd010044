import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose'
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { type RetentionClass, retentionClasses } from '../../../src/event/record'
import { firehosePrefix, glueTable } from '../../../src/platform/aws/lake/glue-table'
import { ministackSettings } from './emulators'

let made = 0

/** A bucket with a delivery stream of Parquet for each retention class, as a deployment has. */
export async function freshDeliveryStreams() {
  const settings = await ministackSettings()
  const s3 = new S3Client({ ...settings, forcePathStyle: true })
  const firehose = new FirehoseClient(settings)
  made += 1
  const name = `lake-${process.pid}-${made}`
  await s3.send(new CreateBucketCommand({ Bucket: name }))
  await createGlueTable(new GlueClient(settings), name)
  for (const retentionClass of retentionClasses) {
    await firehose.send(new CreateDeliveryStreamCommand(streamInput(name, retentionClass)))
  }
  const named = (retentionClass: string) => [retentionClass, [`${name}-${retentionClass}`]]
  const streams = Object.fromEntries(retentionClasses.map(named)) as Record<
    RetentionClass,
    string[]
  >

  /** @returns keys below a prefix */
  async function list(Prefix: string): Promise<string[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: name, Prefix }))
    return Contents.map(({ Key }) => Key!)
  }

  return {
    bucket: name,
    firehose,
    streams,
    list,
    /** Waits until there are `count` below a prefix: the emulator answers before they are. */
    async objects(prefix: string, count = 1): Promise<string[]> {
      for (;;) {
        const keys = await list(prefix)
        if (keys.length >= count) return keys
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async read(Key: string): Promise<Uint8Array> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key }))
      return Body!.transformToByteArray()
    },
  }
}

async function createGlueTable(glue: GlueClient, bucket: string) {
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: bucket } }))
  const { name, columns } = glueTable({ bucket })
  const Columns = columns.map(({ name, type }) => ({ Name: name, Type: type }))
  const TableInput = { Name: name, StorageDescriptor: { Columns } }
  await glue.send(new CreateTableCommand({ DatabaseName: bucket, TableInput }))
}

function streamInput(name: string, retentionClass: RetentionClass) {
  const role = 'arn:aws:iam::123456789012:role/firehose'
  return {
    DeliveryStreamName: `${name}-${retentionClass}`,
    ExtendedS3DestinationConfiguration: {
      RoleARN: role,
      BucketARN: `arn:aws:s3:::${name}`,
      Prefix: firehosePrefix(retentionClass),
      ErrorOutputPrefix: `errors/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/`,
      DataFormatConversionConfiguration: {
        Enabled: true,
        SchemaConfiguration: { RoleARN: role, DatabaseName: name, TableName: 'archive' },
        InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
        OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
      },
    },
  }
}
