import { createHash } from 'node:crypto'
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../clock'
import type { RateTally } from '../../rate-tally'
import { RATES_PARTITIONS } from '../deployed/tables'
import { keyOf, number, primaryKey } from '../dynamo/attributes'
import { guarded } from '../errors'

interface Needs {
  client: DynamoDBClient
  /** Names the registry's table. */
  table: string
  clock: Pick<Clock, 'now'>
  /** An answer is waited for this long, in milliseconds; 300 when left out. */
  patienceMs?: number
}

// Twice as long as the longest window.
const KEPT_MS = 2 * 24 * 60 * 60 * 1000

// A sender waits for it. DynamoDB answers in some milliseconds; without an answer nobody is refused.
const PATIENCE_MS = 300

/**
 * Counts requests of all processes in the registry's table, an item a caller. An update costs one write unit,
 * and its answer nothing ("There is no additional cost associated with requesting a return value",
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html). A repeat after a lost reply counts twice:
 * a rate may be kept too strictly once, which no transaction for each is worth.
 */
export function createRateTally({
  client,
  table,
  clock,
  patienceMs = PATIENCE_MS,
}: Needs): RateTally {
  return {
    add: ([kind = '', routeClass = '', id = '', part = ''], requests) =>
      guarded('counting requests', async () => {
        const expiresAt = Math.floor((clock.now().getTime() + KEPT_MS) / 1000)
        const command = new UpdateItemCommand({
          TableName: table,
          Key: primaryKey(keyOf(RATES_PARTITIONS, kind, routeClass, id, oneOf(part)), 'requests'),
          UpdateExpression: 'SET expiresAt = :expiresAt ADD requests :requests',
          ExpressionAttributeValues: {
            ':expiresAt': number(expiresAt), // TTL reads whole seconds
            ':requests': number(requests),
          },
          ReturnValues: 'UPDATED_NEW',
        })
        const abortSignal = AbortSignal.timeout(patienceMs)
        const sending = client.send(command, { abortSignal })
        const { Attributes } = await Promise.race([sending, whenAborted(abortSignal)])
        return Number(Attributes?.requests?.N)
      }),
  }
}

/** The SDK looks at the signal while it waits for an answer, and not while it waits to ask again. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/**
 * Tells which of 65,536 shares an address or a person falls into: these are counted, so that no item says who
 * they are, and a flood from everywhere makes no more items. Whoever shares with a flood is held up with it.
 */
function oneOf(part: string): string {
  if (part === '') return ''
  return createHash('sha256').update(part).digest().subarray(0, 2).toString('hex')
}
