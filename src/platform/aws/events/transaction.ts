import {
  type CancellationReason,
  ExecuteTransactionCommand,
  type TransactionCanceledException,
} from '@aws-sdk/client-dynamodb'
import { waitAfter } from '../dynamo/transact'
import { isThrottle, storageError } from '../errors'
import { type EventTable, insertion } from './write'
import { type Item, itemBytes } from './write-units'

// A transaction has at most 100 items and 4 MB ("Amazon DynamoDB Transactions: How it works").
const MAX_ITEMS = 100
const MAX_BYTES = 4 * 1024 * 1024
// Names of attributes, and what a request says around its items, are not in an item's bytes.
const ENVELOPE_BYTES = 256

// Two senders of one batch meet for some ten milliseconds; three waits of 25 to 100 ms are enough.
const ATTEMPTS = 4

/** `taken` means that nothing is written, since there is an item with one of the keys. */
export type WrittenTogether = 'stored' | 'taken' | 'busy'

/** Tells whether items fit into one transaction. */
export function fitTogether(items: readonly Item[], maxItems = MAX_ITEMS): boolean {
  const bytes = items.reduce((sum, item) => sum + itemBytes(item) + ENVELOPE_BYTES, 0)
  return items.length <= maxItems && bytes <= MAX_BYTES
}

/**
 * Writes all items unless one of their keys is taken. Statements of PartiQL need no permission but
 * that to insert: whoever may append can overwrite nothing. The SDK sends the same token with each of
 * its tries, so that a repeat after a lost reply changes nothing.
 * @throws {StorageError} all of them or none may be written
 */
export async function insertTogether(
  { client, table }: EventTable,
  items: readonly Item[],
): Promise<WrittenTogether> {
  const TransactStatements = items.map((item) => insertion(table, item))
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new ExecuteTransactionCommand({ TransactStatements }))
      return 'stored'
    } catch (thrown) {
      if (isThrottle((thrown as Error).name)) return 'busy'
      const verdict = verdictOf(thrown)
      if (verdict !== 'met') return verdict
      if (attempt === ATTEMPTS) return 'busy'
    }
    await waitAfter(attempt)
  }
}

/**
 * Reads why a transaction was cancelled; it is `met` when another one wanted one of its items.
 * @throws {StorageError} for anything but a cancellation that is understood
 */
function verdictOf(thrown: unknown): 'taken' | 'busy' | 'met' {
  const { name, CancellationReasons = [] } = thrown as TransactionCanceledException
  const reasons = CancellationReasons.filter(({ Code = 'None' }) => Code !== 'None')
  if (name === 'TransactionCanceledException') {
    if (reasons.some(isTaken)) return 'taken'
    const codes = reasons.map(({ Code }) => Code)
    if (codes.every((code) => code === 'TransactionConflict')) return 'met'
    if (codes.every((code) => code === 'TransactionConflict' || isThrottle(code))) return 'busy'
  }
  const said = reasons.map(({ Code, Message }) => `${Code}: ${Message}`).join(', ')
  throw storageError(`events cannot be written together (${said})`, thrown)
}

/** AWS says `DuplicateItem`, the emulator a `ValidationError` about the primary key. */
function isTaken({ Code = '', Message = '' }: CancellationReason): boolean {
  return Code === 'DuplicateItem' || /^Duplicate primary key/.test(Message)
}
