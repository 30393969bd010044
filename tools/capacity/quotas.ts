/** A quota is a limit that AWS sets by default; it says whether asking raises it. */
export interface Quota {
  /** This names the service and the thing that the quota limits. */
  of: string
  value: number
  unit: string
  isAdjustable: boolean
  source: string
}

const docs = 'docs.aws.amazon.com'

/** These are the quotas of a new account, read in November 2026; of Firehose, where they are largest. */
export const quotas = {
  lambdaConcurrency: {
    of: 'Lambda: concurrent executions of the account',
    value: 1000,
    unit: 'executions',
    isAdjustable: true,
    source: `${docs}/lambda/latest/dg/gettingstarted-limits.html`,
  },
  lambdaScaling: {
    of: 'Lambda: sandboxes of one function that are started within ten seconds',
    value: 1000,
    unit: 'executions in 10 s',
    isAdjustable: false,
    source: `${docs}/lambda/latest/dg/scaling-behavior.html`,
  },
  lambdaRequestsPerExecution: {
    of: 'Lambda: requests a second, for each concurrent execution of the account',
    value: 10,
    unit: 'requests/s',
    isAdjustable: false,
    source: `${docs}/lambda/latest/dg/lambda-concurrency.html`,
  },
  tableWrites: {
    of: 'DynamoDB: writes of an on-demand table, and of each index',
    value: 40_000,
    unit: 'WRU/s',
    isAdjustable: true,
    source: `${docs}/amazondynamodb/latest/developerguide/ServiceQuotas.html`,
  },
  newTableWrites: {
    of: 'DynamoDB: what a new on-demand table takes at once; it doubles by itself, or is pre-warmed',
    value: 4000,
    unit: 'WRU/s',
    isAdjustable: true,
    source: `${docs}/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html`,
  },
  partitionWrites: {
    of: 'DynamoDB: writes of one partition, so of one key of an index',
    value: 1000,
    unit: 'WRU/s',
    isAdjustable: false,
    source: `${docs}/amazondynamodb/latest/developerguide/bp-partition-key-design.html`,
  },
  firehoseBytes: {
    of: 'Firehose: data into one delivery stream',
    value: 5 * 1024 * 1024,
    unit: 'bytes/s',
    isAdjustable: true,
    source: `${docs}/firehose/latest/dev/limits.html`,
  },
  firehoseRequests: {
    of: 'Firehose: requests to one delivery stream',
    value: 2000,
    unit: 'requests/s',
    isAdjustable: true,
    source: `${docs}/firehose/latest/dev/limits.html`,
  },
  parallelization: {
    of: 'Lambda: batches at once of one shard of a stream (parallelization factor)',
    value: 10,
    unit: 'batches',
    isAdjustable: false,
    source: `${docs}/lambda/latest/dg/with-ddb.html`,
  },
  sqsInFlight: {
    of: 'SQS: messages in flight of a standard queue',
    value: 120_000,
    unit: 'messages',
    isAdjustable: true,
    source: `${docs}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html`,
  },
  s3Puts: {
    of: 'S3: writes under one prefix',
    value: 3500,
    unit: 'requests/s',
    isAdjustable: false,
    source: `${docs}/AmazonS3/latest/userguide/optimizing-performance.html`,
  },
} as const satisfies Record<string, Quota>

// Firehose takes a fifth everywhere else, and half the requests (its page of quotas, "Direct PUT").
const largeFirehose: readonly string[] = ['us-east-1', 'us-west-2', 'eu-west-1']

/** Returns what a delivery stream of Firehose takes in a region, bytes and requests a second. */
export function firehoseLimits(region: string): { bytes: number; requests: number } {
  const [bytes, requests] = [quotas.firehoseBytes.value, quotas.firehoseRequests.value]
  return largeFirehose.includes(region)
    ? { bytes, requests }
    : { bytes: bytes / 5, requests: requests / 2 }
}
