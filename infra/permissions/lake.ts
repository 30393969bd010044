import { UNCONVERTED } from '../../src/platform/aws/draining/unconverted'
import { questions, results, settling, workgroup } from '../analysis'
import { streams } from '../archive'
import { archiveTable, database, eventsView, lake, settledTableArn } from '../lake'
import { accountId, partition, region } from '../stage'
import { deleteBlobs, getBlobs, putBlobs } from './blobs'
import type { Permissions } from './permission'

/** Streams beyond the first of a class are named by one digit: a role has room for 10,240 characters. */
export const putRecords: Permissions = [
  {
    actions: ['firehose:PutRecordBatch'],
    resources: streams.flatMap(({ stream, nth }) => {
      if (nth === 1) return [stream.arn]
      return nth === 2 ? [stream.arn.apply((arn) => arn.replace(/2$/, '?'))] : []
    }),
  },
]

/** Takes up records that Firehose could not convert; nothing else of the lake is in reach. */
const unconverted = $interpolate`${lake.arn}/${UNCONVERTED}*`

export const takeUnconverted: Permissions = [
  { actions: ['s3:GetObject', 's3:DeleteObject'], resources: [unconverted] },
  { actions: ['s3:ListBucket'], resources: [lake.arn] },
]

/** Writes such records anew without some people. */
export const rewriteUnconverted: Permissions = [
  ...takeUnconverted,
  { actions: ['s3:PutObject'], resources: [unconverted] },
]

/** Asks the lake in a workgroup, whose limits hold; Athena reads and writes for whoever asks. */
function askLakeIn(group: typeof workgroup, answers: $util.Input<string>): Permissions {
  const calls = [
    'StartQueryExecution',
    'GetQueryExecution',
    'GetQueryResults',
    'StopQueryExecution',
  ]
  return [
    { actions: calls.map((one) => `athena:${one}`), resources: [group.arn] },
    {
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'],
      resources: [
        $interpolate`arn:${partition}:glue:${region}:${accountId}:catalog`,
        ...[database.arn, archiveTable.arn, eventsView.arn, settledTableArn],
      ],
    },
    {
      actions: ['s3:GetObject'],
      resources: ['events', 'settled'].map((place) => $interpolate`${lake.arn}/${place}/*`),
    },
    { actions: ['s3:ListBucket', 's3:GetBucketLocation'], resources: [lake.arn, results.arn] },
    {
      actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      resources: [answers],
    },
  ]
}

/** Asks in the workgroup of analysts. */
export const askLake = askLakeIn(workgroup, $interpolate`${results.arn}/*`)

/** Asks over HTTP: nothing of what others were answered can be read there. */
export const askQuestions = askLakeIn(questions, $interpolate`${results.arn}/questions/*`)

/**
 * Changes the settled lake, in a workgroup of its own: Athena reads what landed, writes and removes files of
 * the table, and describes it and the view anew. What landed is removed once it is settled.
 */
export const settleLake: Permissions = [
  {
    actions: ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults'].map(
      (one) => `athena:${one}`,
    ),
    resources: [settling.arn],
  },
  {
    actions: ['GetDatabase', 'GetTable', 'GetPartitions'].map((one) => `glue:${one}`),
    resources: [
      $interpolate`arn:${partition}:glue:${region}:${accountId}:catalog`,
      ...[database.arn, archiveTable.arn, eventsView.arn, settledTableArn],
    ],
  },
  {
    actions: ['glue:CreateTable', 'glue:UpdateTable'],
    resources: [
      $interpolate`arn:${partition}:glue:${region}:${accountId}:catalog`,
      ...[database.arn, eventsView.arn, settledTableArn],
    ],
  },
  {
    actions: ['s3:GetObject', 's3:DeleteObject'],
    resources: [$interpolate`${lake.arn}/events/*`],
  },
  {
    actions: [
      ...['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      ...['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
    ],
    resources: [$interpolate`${lake.arn}/settled/*`],
  },
  {
    actions: ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
    resources: [lake.arn, results.arn],
  },
  {
    actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
    resources: [$interpolate`${results.arn}/settling/*`],
  },
]

/** Notes how far settling is, and carries out what it was asked for; a record too large for the lake goes with it. */
export const noteSettling: Permissions = [
  ...getBlobs('settling', 'large', 'documents'),
  ...putBlobs('settling'),
  ...deleteBlobs('large'),
]
