import { setTimeout as sleep } from 'node:timers/promises'
import {
  type DynamoDBClient,
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'

// These reasons stand against an action besides its condition, and pass (TransactWriteItems,
// "Cancellation reasons"): two transactions want one item, or the table is asked too much.
const PASSING = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'None', // nothing against this one
])

// A transaction holds its items for some ten milliseconds. Seven waits, doubled from 25 ms up to
// 400, are a second and a half at most: as long as a sender can be made to wait.
export const ATTEMPTS = 8
const FIRST_WAIT_MS = 25
const LONGEST_WAIT_MS = 400

/**
 * Runs a transaction, again when it met another one. The SDK gives each try a token by which the
 * service knows it again, so that a repeat after a lost reply changes nothing.
 * @returns undefined when it was carried out; else, for each action, whether its condition failed
 */
export async function transact(
  client: DynamoDBClient,
  actions: TransactWriteItem[],
  attempts = ATTEMPTS,
): Promise<boolean[] | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: actions }))
      return undefined
    } catch (error) {
      const codes = reasonsOf(error)
      if (codes.includes('ConditionalCheckFailed')) {
        return codes.map((code) => code === 'ConditionalCheckFailed')
      }
      const isPassing = codes.every((code) => PASSING.has(code))
      if (!isPassing || attempt === attempts) {
        const message = `a transaction was cancelled: ${[...new Set(codes)].join(', ')}`
        throw new StorageError(message, { isRetriable: isPassing, cause: error })
      }
    }
    await waitAfter(attempt)
  }
}

/**
 * Waits at random up to the whole wait, so that transactions that met do not meet again.
 * @param attempt from 1
 */
export async function waitAfter(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)))
}

/**
 * Reads the reasons of a cancellation in the order of the actions. @throws what is no cancellation
 */
function reasonsOf(error: unknown): string[] {
  if ((error as Error).name !== 'TransactionCanceledException') throw error
  const { CancellationReasons = [] } = error as TransactionCanceledException
  return CancellationReasons.map(({ Code = 'None' }) => Code)
}
