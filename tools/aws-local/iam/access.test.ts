import { describe, expect, it } from 'bun:test'
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  ExecuteTransactionCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient, GetRecordsCommand } from '@aws-sdk/client-dynamodb-streams'
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { accessOf } from './access'
import { readSigned } from './signed-request'

const place = { region: 'us-east-1', accountId: '123456789012' }
const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:123456789012:${rest}`
const Key = { k: { S: 'a' } }
const stream = arn('dynamodb', 'table/events/stream/2026-01-01T00:00:00.000')
const queue = 'http://127.0.0.1:1/123456789012/deliveries'

type Sent = { method: string; path: string; query: object; headers: never; body: unknown }

/** Reads the request that the SDK would send, as the proxy reads it. */
async function accessAsked(Client: new (settings: object) => never, command: unknown) {
  const caught = Promise.withResolvers<Sent>()
  const requestHandler = {
    async handle(request: Sent) {
      caught.resolve(request)
      throw new Error('caught')
    },
  }
  const credentials = { accessKeyId: 'who', secretAccessKey: 'secret' }
  const isConnection = command instanceof PostToConnectionCommand
  const endpoint = `http://127.0.0.1:1${isConnection ? '/api-1/live' : ''}`
  const settings = { region: place.region, credentials, endpoint, requestHandler, maxAttempts: 1 }
  const client = new Client(settings) as { send(command: unknown): Promise<unknown> }
  await client.send(command).catch(() => {})
  const { method, path, query, headers, body } = await caught.promise
  const search = new URLSearchParams(query as Record<string, string>)
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  const sent = Buffer.from((body ?? '') as string)
  const signed = readSigned(method, `${path}?${search}`, Object.fromEntries(lowered), sent)
  expect(signed?.accessKeyId).toBe('who')
  return accessOf(signed!, place).map(({ action, resource }) => [action, resource])
}

const events = arn('dynamodb', 'table/events')
const s3 = (rest: string) => `arn:aws:s3:::blobs${rest}`
const insert = (table: string) => ({ Statement: `INSERT INTO "${table}" VALUE {'k': ?}` })
const Put = { TableName: 'events', Item: Key }
const ConditionCheck = { TableName: 'registry', Key, ConditionExpression: 'attribute_exists(k)' }

const cases: [name: string, Client: unknown, command: unknown, access: [string, string][]][] = [
  ['a put', DynamoDBClient, new PutItemCommand(Put), [['dynamodb:PutItem', events]]],
  [
    'a query of an index',
    DynamoDBClient,
    new QueryCommand({ TableName: 'events', IndexName: 'actor' }),
    [['dynamodb:Query', `${events}/index/actor`]],
  ],
  [
    'a batch of reads, for each table',
    DynamoDBClient,
    new BatchGetItemCommand({
      RequestItems: { events: { Keys: [Key] }, registry: { Keys: [Key] } },
    }),
    [
      ['dynamodb:BatchGetItem', events],
      ['dynamodb:BatchGetItem', arn('dynamodb', 'table/registry')],
    ],
  ],
  [
    'a batch of writes',
    DynamoDBClient,
    new BatchWriteItemCommand({ RequestItems: { events: [{ PutRequest: { Item: Key } }] } }),
    [['dynamodb:BatchWriteItem', events]],
  ],
  [
    'a transaction, as what it is made of',
    DynamoDBClient,
    new TransactWriteItemsCommand({ TransactItems: [{ Put }, { ConditionCheck }] }),
    [
      ['dynamodb:PutItem', events],
      ['dynamodb:ConditionCheckItem', arn('dynamodb', 'table/registry')],
    ],
  ],
  [
    'statements of PartiQL',
    DynamoDBClient,
    new BatchExecuteStatementCommand({ Statements: [insert('events'), insert('other')] }),
    [
      ['dynamodb:PartiQLInsert', events],
      ['dynamodb:PartiQLInsert', arn('dynamodb', 'table/other')],
    ],
  ],
  [
    'statements of PartiQL in a transaction',
    DynamoDBClient,
    new ExecuteTransactionCommand({ TransactStatements: [insert('events'), insert('other')] }),
    [
      ['dynamodb:PartiQLInsert', events],
      ['dynamodb:PartiQLInsert', arn('dynamodb', 'table/other')],
    ],
  ],
  [
    'a read of a stream, which only its iterator names',
    DynamoDBStreamsClient,
    new GetRecordsCommand({ ShardIterator: `000|${stream}|abc` }),
    [['dynamodb:GetRecords', stream]],
  ],
  [
    'an object, whose key has to be escaped',
    S3Client,
    new GetObjectCommand({ Bucket: 'blobs', Key: 'a b/ü' }),
    [['s3:GetObject', s3('/a b/ü')]],
  ],
  [
    'a write of an object',
    S3Client,
    new PutObjectCommand({ Bucket: 'blobs', Key: 'a', Body: 'x' }),
    [['s3:PutObject', s3('/a')]],
  ],
  ['a list', S3Client, new ListObjectsV2Command({ Bucket: 'blobs' }), [['s3:ListBucket', s3('')]]],
  [
    'a deletion of several objects',
    S3Client,
    new DeleteObjectsCommand({
      Bucket: 'blobs',
      Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }] },
    }),
    [
      ['s3:DeleteObject', s3('/a')],
      ['s3:DeleteObject', s3('/b')],
    ],
  ],
  [
    'a batch of messages',
    SQSClient,
    new SendMessageBatchCommand({ QueueUrl: queue, Entries: [{ Id: '1', MessageBody: 'x' }] }),
    [['sqs:SendMessage', arn('sqs', 'deliveries')]],
  ],
  [
    'records for Firehose',
    FirehoseClient,
    new PutRecordBatchCommand({ DeliveryStreamName: 'pii', Records: [{ Data: Buffer.from('x') }] }),
    [['firehose:PutRecordBatch', arn('firehose', 'deliverystream/pii')]],
  ],
  [
    'a decryption',
    KMSClient,
    new DecryptCommand({ KeyId: 'key-1', CiphertextBlob: Buffer.from('x') }),
    [['kms:Decrypt', arn('kms', 'key/key-1')]],
  ],
  [
    'a message to a connection',
    ApiGatewayManagementApiClient,
    new PostToConnectionCommand({ ConnectionId: 'c=1', Data: Buffer.from('x') }),
    [['execute-api:ManageConnections', arn('execute-api', 'api-1/live/POST/@connections/c=1')]],
  ],
]

describe('what a request of the SDK asks to do', () => {
  for (const [name, Client, command, access] of cases) {
    it(`is known for ${name}`, async () => {
      expect(await accessAsked(Client as never, command)).toEqual(access)
    })
  }

  it('is nothing for a service that is not known, so that it is refused', () => {
    const Credential = 'Credential=who/20260101/us-east-1/iam/aws4_request'
    const headers = { authorization: `AWS4-HMAC-SHA256 ${Credential}` }
    const signed = readSigned('POST', '/', headers, Buffer.from('Action=CreateUser'))
    expect(accessOf(signed!, place)).toEqual([])
  })

  it('cannot be told of a request that nobody signed', () => {
    expect(readSigned('GET', '/', {}, Buffer.alloc(0))).toBeUndefined()
  })
})
