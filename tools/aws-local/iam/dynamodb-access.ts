import type { AccessRequest } from './policy'
import { jsonOf, operationOf, type SignedRequest } from './signed-request'

// Each kind of PartiQL statement needs this permission ("IAM security policies with PartiQL for
// DynamoDB").
const PARTIQL =
  /^\s*(INSERT\s+INTO|SELECT\s[\s\S]*?\sFROM|UPDATE|DELETE\s+FROM)\s+"?([\w.-]+)"?(?:\."?([\w.-]+)"?)?/i

const transactions: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
}

/**
 * Tells what a request to DynamoDB asks to do. @param arn makes an ARN of the part that follows
 * `…:dynamodb:region:account:`
 */
export function dynamoDbAccess(
  request: SignedRequest,
  arn: (rest: string) => string,
): AccessRequest[] {
  const operation = operationOf(request)
  const input = jsonOf(request)
  const on = (action: string, table: string, index?: string): AccessRequest => ({
    action: `dynamodb:${action}`,
    resource: arn(`table/${table}${index ? `/index/${index}` : ''}`),
  })
  switch (operation) {
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(input.RequestItems).map((table) => on(operation, table))
    // Each part asks for the permission that it would need alone ("DynamoDB transactions and IAM").
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return input.TransactItems.flatMap((item: Record<string, Part>) =>
        Object.entries(item).map(([name, part]) => ({
          ...on(transactions[name]!, part.TableName),
          context: leadingKeys(part),
        })),
      )
    case 'ExecuteStatement':
      return [statementAccess(input.Statement, on)]
    case 'BatchExecuteStatement':
    case 'ExecuteTransaction':
      return (input.Statements ?? input.TransactStatements).map((one: { Statement: string }) =>
        statementAccess(one.Statement, on),
      )
    case 'ListStreams':
    case 'DescribeStream':
    case 'GetShardIterator':
      return [{ action: `dynamodb:${operation}`, resource: input.StreamArn }]
    case 'GetRecords': {
      const resource = String(input.ShardIterator)
        .split('|')
        .find((part) => part.startsWith('arn:'))
      return [{ action: 'dynamodb:GetRecords', resource: resource ?? '' }]
    }
    default:
      return [{ ...on(operation, input.TableName, input.IndexName), context: leadingKeys(input) }]
  }
}

type Values = Record<string, { S?: string }>
interface Part {
  TableName: string
  Key?: Values
  Item?: Values
}

/** Tells which partition is asked for, by the names that our tables give their hash keys. */
function leadingKeys({ Key, Item }: Part): Record<string, string[]> {
  const { pk, k } = Key ?? Item ?? {}
  const hash = (pk ?? k)?.S
  return hash === undefined ? {} : { 'dynamodb:LeadingKeys': [hash] }
}

function statementAccess(
  statement: string,
  on: (action: string, table: string, index?: string) => AccessRequest,
): AccessRequest {
  const [, verb = '', table = '', index] = PARTIQL.exec(statement) ?? []
  const name = verb.split(/\s/)[0]!.toLowerCase()
  return on(`PartiQL${name.charAt(0).toUpperCase()}${name.slice(1)}`, table, index)
}
