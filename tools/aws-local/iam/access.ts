import { dynamoDbAccess } from './dynamodb-access'
import type { AccessRequest } from './policy'
import { s3Access } from './s3-access'
import { jsonOf, operationOf, type SignedRequest } from './signed-request'

export interface Place {
  region: string
  accountId: string
}

/** Tells what a request asks to do; nothing when that cannot be told, and then it is refused. */
export function accessOf(request: SignedRequest, { region, accountId }: Place): AccessRequest[] {
  const arn = (service: string) => (rest: string) =>
    `arn:aws:${service}:${region}:${accountId}:${rest}`
  switch (request.service) {
    case 'dynamodb':
      return dynamoDbAccess(request, arn('dynamodb'))
    case 's3':
      return s3Access(request)
    case 'sqs':
      return [sqsAccess(request, arn('sqs'))]
    case 'firehose': {
      const { DeliveryStreamName } = jsonOf(request)
      const resource = arn('firehose')(`deliverystream/${DeliveryStreamName}`)
      return [{ action: `firehose:${operationOf(request)}`, resource }]
    }
    case 'athena':
      return [athenaAccess(request, arn('athena'))]
    case 'cognito-idp':
      // The deployer alone asks, who may do everything; a pool's ARN would be needed for anybody else.
      return [{ action: `cognito-idp:${operationOf(request)}`, resource: '*' }]
    case 'kms':
      return [kmsAccess(request, arn('kms'))]
    case 'lambda':
      return invocationAccess(request, arn('lambda'))
    case 'execute-api':
      return connectionsAccess(request, arn('execute-api'))
    default:
      return []
  }
}

// A batch needs what its parts need ("Amazon SQS API permissions").
function sqsAccess(request: SignedRequest, arn: (rest: string) => string): AccessRequest {
  const queue = String(jsonOf(request).QueueUrl).split('/').at(-1)!
  return { action: `sqs:${operationOf(request).replace(/Batch$/, '')}`, resource: arn(queue) }
}

function kmsAccess(request: SignedRequest, arn: (rest: string) => string): AccessRequest {
  const { KeyId = '', EncryptionContext = {} } = jsonOf(request)
  const isArn = KeyId.startsWith('arn:')
  const context = Object.entries(EncryptionContext as Record<string, string>)
  return {
    action: `kms:${operationOf(request)}`,
    resource: isArn ? KeyId : arn(`key/${KeyId}`),
    context: {
      'kms:EncryptionContextKeys': context.map(([key]) => key),
      ...Object.fromEntries(context.map(([key, one]) => [`kms:EncryptionContext:${key}`, [one]])),
    },
  }
}

/** Reads the work group: of what runs already, off its id, in which the emulator has it (`athena-by-trino.ts`). */
function athenaAccess(request: SignedRequest, arn: (rest: string) => string): AccessRequest {
  const { WorkGroup, QueryExecutionId = '' } = jsonOf(request)
  const group = WorkGroup ?? String(QueryExecutionId).split('/')[0]
  return { action: `athena:${operationOf(request)}`, resource: arn(`workgroup/${group}`) }
}

const CONNECTION = /\/([^/]+)\/([^/]+)\/@connections\/(.+)$/

function connectionsAccess(request: SignedRequest, arn: (rest: string) => string): AccessRequest[] {
  const [, api, stage, id] = CONNECTION.exec(request.path) ?? []
  if (id === undefined) return []
  const resource = arn(`${api}/${stage}/${request.method}/@connections/${id}`)
  return [{ action: 'execute-api:ManageConnections', resource }]
}

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

function invocationAccess(request: SignedRequest, arn: (rest: string) => string): AccessRequest[] {
  const [, name] = INVOCATION.exec(request.path) ?? []
  if (name === undefined || request.method !== 'POST') return []
  return [{ action: 'lambda:InvokeFunction', resource: arn(`function:${name}`) }]
}
