/** A price says what AWS charges for one unit, and where that is written. */
export interface Price {
  usd: number
  /** The unit is singular: one of these costs `usd`. */
  unit: string
  /** People know the thing by this name, which is the service's own. */
  of: string
  source: string
}

/**
 * The prices are those of us-east-1, on demand, first tier, without any free tier. They were read
 * in November 2026; prices of other regions differ by up to half as much again. One table, so that
 * a change of price is one line.
 */
export const pricesAsOf = '2026-11'

const dynamodb = 'aws.amazon.com/dynamodb/pricing/on-demand'
const lambda = 'aws.amazon.com/lambda/pricing'
const firehose = 'aws.amazon.com/firehose/pricing'
const s3 = 'aws.amazon.com/s3/pricing'
const cloudwatch = 'aws.amazon.com/cloudwatch/pricing'

const MILLION = 1_000_000

export const prices = {
  dynamoWrite: {
    usd: 0.625 / MILLION,
    unit: 'WRU',
    of: 'DynamoDB write request unit',
    source: dynamodb,
  },
  dynamoRead: {
    usd: 0.125 / MILLION,
    unit: 'RRU',
    of: 'DynamoDB read request unit',
    source: dynamodb,
  },
  dynamoRareWrite: {
    usd: 0.78 / MILLION,
    unit: 'WRU',
    of: 'DynamoDB write request unit, Standard-IA',
    source: dynamodb,
  },
  dynamoRareRead: {
    usd: 0.155 / MILLION,
    unit: 'RRU',
    of: 'DynamoDB read request unit, Standard-IA',
    source: dynamodb,
  },
  dynamoRareStorage: {
    usd: 0.1,
    unit: 'GB-month',
    of: 'DynamoDB storage, Standard-IA',
    source: dynamodb,
  },
  dynamoStorage: { usd: 0.25, unit: 'GB-month', of: 'DynamoDB storage', source: dynamodb },
  lambdaRequest: { usd: 0.2 / MILLION, unit: 'request', of: 'Lambda request', source: lambda },
  lambdaCompute: {
    usd: 0.0000133334,
    unit: 'GB-second',
    of: 'Lambda compute, arm64',
    source: lambda,
  },
  firehoseIngest: {
    usd: 0.029,
    unit: 'GB',
    of: 'Firehose ingestion, Direct PUT',
    source: firehose,
  },
  firehoseConvert: { usd: 0.018, unit: 'GB', of: 'Firehose format conversion', source: firehose },
  s3Put: { usd: 0.005 / 1000, unit: 'request', of: 'S3 PUT', source: s3 },
  s3Get: { usd: 0.4 / MILLION, unit: 'request', of: 'S3 GET', source: s3 },
  s3Transition: {
    usd: 0.02 / 1000,
    unit: 'request',
    of: 'S3 transition to Glacier Instant Retrieval',
    source: s3,
  },
  s3Standard: { usd: 0.023, unit: 'GB-month', of: 'S3 Standard', source: s3 },
  s3Glacier: {
    usd: 0.004,
    unit: 'GB-month',
    of: 'S3 Glacier Instant Retrieval',
    source: s3,
  },
  sqsRequest: {
    usd: 0.4 / MILLION,
    unit: 'request',
    of: 'SQS request',
    source: 'aws.amazon.com/sqs/pricing',
  },
  logsIngest: { usd: 0.5, unit: 'GB', of: 'CloudWatch Logs ingestion', source: cloudwatch },
  logsStorage: {
    usd: 0.03,
    unit: 'GB-month',
    of: 'CloudWatch Logs storage',
    source: cloudwatch,
  },
  metric: { usd: 0.3, unit: 'metric-month', of: 'CloudWatch custom metric', source: cloudwatch },
  alarm: {
    usd: 0.1,
    unit: 'alarm-month',
    of: 'CloudWatch alarm, each metric in it',
    source: cloudwatch,
  },
  dashboard: { usd: 3, unit: 'dashboard-month', of: 'CloudWatch dashboard', source: cloudwatch },
  kmsKey: { usd: 1, unit: 'key-month', of: 'KMS key', source: 'aws.amazon.com/kms/pricing' },
  dataOut: {
    usd: 0.09,
    unit: 'GB',
    of: 'Data transfer out to the internet, first 10 TB',
    source: 'aws.amazon.com/ec2/pricing/on-demand',
  },
  cloudfrontRequest: {
    usd: 1 / MILLION,
    unit: 'request',
    of: 'CloudFront HTTPS request',
    source: 'aws.amazon.com/cloudfront/pricing',
  },
  cloudfrontFunction: {
    usd: 0.1 / MILLION,
    unit: 'call',
    of: 'CloudFront function',
    source: 'aws.amazon.com/cloudfront/pricing',
  },
  wafRequest: {
    usd: 0.6 / MILLION,
    unit: 'request',
    of: 'WAF request, in up to 1,500 capacity units',
    source: 'aws.amazon.com/waf/pricing',
  },
  cognitoToken: {
    usd: 2.25 / 1000,
    unit: 'token',
    of: 'Cognito machine-to-machine token, first 250,000',
    source: 'aws.amazon.com/cognito/pricing',
  },
  athenaScan: {
    usd: 5,
    unit: 'TB',
    of: 'Athena, data scanned',
    source: 'aws.amazon.com/athena/pricing',
  },
} as const satisfies Record<string, Price>

export type PriceName = keyof typeof prices
