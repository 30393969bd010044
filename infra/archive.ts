import { type RetentionClass, retentionClasses } from '../src/event/record'
import { UNCONVERTED } from '../src/platform/aws/draining/unconverted'
import { firehosePrefix } from '../src/platform/aws/lake/glue-table'
import { archiveTable, database, lake } from './lake'
import { trustedBy } from './roles'
import { archiveStreams } from './settings'
import { accountId, partition, region, sameName } from './stage'

const logs = new aws.cloudwatch.LogGroup(
  'ArchiveLogs',
  {
    name: `/nonius/${$app.stage}/archive`,
    retentionInDays: 30,
  },
  sameName,
)
const logStream = new aws.cloudwatch.LogStream('ArchiveLogStream', {
  name: 'delivery',
  logGroupName: logs.name,
})

const role = new aws.iam.Role('ArchiveRole', {
  assumeRolePolicy: trustedBy('firehose.amazonaws.com'),
  inlinePolicies: [{ name: 'archive', policy: policy() }],
})

/**
 * Each retention class has its delivery streams: the class is the folder that expires as one. A stream takes a
 * fifth of what others take outside three regions ("Amazon Data Firehose Quota"), and several take as much together.
 */
export const streams = retentionClasses.flatMap((retentionClass) =>
  Array.from({ length: archiveStreams }, (_, place) => {
    const nth = place + 1
    const own = nth === 1 ? '' : String(nth)
    const label = `${retentionClass[0]!.toUpperCase()}${retentionClass.slice(1)}${own}`
    return { retentionClass, nth, label, stream: stream(retentionClass, label, own && `-${own}`) }
  }),
)

// The first of a class has the name that it had when there was but one, so that none is replaced.
function stream(retentionClass: RetentionClass, label: string, suffix: string) {
  return new aws.kinesis.FirehoseDeliveryStream(`Archive${label}`, {
    name: `${$app.name}-${$app.stage}-${retentionClass}${suffix}`,
    destination: 'extended_s3',
    serverSideEncryption: { enabled: true },
    extendedS3Configuration: {
      roleArn: role.arn,
      bucketArn: lake.arn,
      prefix: firehosePrefix(retentionClass),
      errorOutputPrefix: `${UNCONVERTED}${retentionClass}/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/`,
      fileExtension: '.parquet',
      // The buffer is at least 64 MB with conversion; 128 makes the fewest files. Five minutes is
      // what people wait.
      bufferingSize: 128,
      bufferingInterval: 300,
      cloudwatchLoggingOptions: {
        enabled: true,
        logGroupName: logs.name,
        logStreamName: logStream.name,
      },
      // GZIP makes half the bytes of Snappy, for what is scanned and what is stored for years
      // (docs/cost.md).
      dataFormatConversionConfiguration: {
        inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
        outputFormatConfiguration: { serializer: { parquetSerDe: { compression: 'GZIP' } } },
        schemaConfiguration: {
          databaseName: database.name,
          tableName: archiveTable.name,
          roleArn: role.arn,
          region,
        },
      },
    },
  })
}

/**
 * Allows what Firehose does on our behalf ("Grant Firehose access to an Amazon S3 destination").
 */
function policy() {
  return aws.iam.getPolicyDocumentOutput({
    statements: [
      {
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [lake.arn],
      },
      {
        actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
        resources: [$interpolate`${lake.arn}/events/*`, $interpolate`${lake.arn}/${UNCONVERTED}*`],
      },
      {
        actions: ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
        resources: [
          $interpolate`arn:${partition}:glue:${region}:${accountId}:catalog`,
          database.arn,
          archiveTable.arn,
        ],
      },
      {
        actions: ['logs:PutLogEvents'],
        resources: [$interpolate`${logs.arn}:log-stream:${logStream.name}`],
      },
    ],
  }).json
}
