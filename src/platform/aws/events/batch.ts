import { createHash, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { tenantOf } from './keys'
import type { Item } from './write-units'

/*
 * A batch that is larger than a transaction is written item by item. Each of its items has the
 * batch's name as its mark (`m`), and is as good as absent until the batch's outcome is an item of
 * its own: whoever writes it first decides. A mark is never taken off: the outcome stays for as long
 * as the items do.
 *
 * Beside events, the table so has three kinds of items, none of which has a body or an index's key:
 *   outcome  `k` the batch's name, `z` the outcome, `w` its writer; when committed, `c` the keys
 *   removal  `r` the batch's name, `c` the keys: these items of an aborted batch are in the way
 */

/** A batch is named by the key of its outcome, so that whoever has an item knows where to look. */
export type Batch = string

export type BatchOutcome = 'committed' | 'aborted'

// The name has as many characters behind its tenant as the key of an event. Milliseconds since 1970
// take 9 to base 36 until the year 5188; 13 of base64 are 78 random bits.
const TIME_CHARACTERS = 9
const RANDOM_CHARACTERS = 13
const RANDOM_BYTES = 10

const DAY_SECONDS = 24 * 60 * 60
// An aborted batch can be written by nobody any more after the time that a function may run, 15
// minutes.
const ABORTED_SECONDS = 2 * DAY_SECONDS
// Items that are in the way are asked to be removed once a minute at most, however often they are
// met.
const REMOVAL_MS = 60_000

/** Names a batch that begins now. @param key of one of its items */
export function beginBatch(key: string, now: Date): Batch {
  const time = now.getTime().toString(36).padStart(TIME_CHARACTERS, '0')
  const random = randomBytes(RANDOM_BYTES).toString('base64url').slice(0, RANDOM_CHARACTERS)
  return `${tenantOf(key)}#${time}${random}`
}

/** Counts the bytes that the mark of a batch takes of any of its items. @param keys of its items */
export function markBytes(keys: readonly string[]): number {
  // A batch's name is as long as the key of an item of its tenant; the attribute's name is a byte.
  return keys.reduce((most, key) => Math.max(most, Buffer.byteLength(key)), 0) + 1
}

/** Tells when a batch began, in milliseconds since 1970. */
export function begunAt(batch: Batch): number {
  return Number.parseInt(batch.slice(tenantOf(batch).length + 1).slice(0, TIME_CHARACTERS), 36)
}

/** Makes the item that commits a batch. It outlives the items, whose expiry DynamoDB is free to delay. */
export function commitOf(batch: Batch, items: readonly Item[], token: Uint8Array): Item {
  const expiries = items.map(({ x }) => Number(x!.N))
  const expiry = expiries.reduce((latest, one) => Math.max(latest, one)) + DAY_SECONDS
  return {
    k: { S: batch },
    z: { S: 'committed' satisfies BatchOutcome },
    w: { B: token },
    c: packKeys(items.map(({ k }) => k!.S!)),
    x: { N: String(expiry) },
  }
}

/** Makes the item that aborts a batch for good. */
export function abortOf(batch: Batch, token: Uint8Array, now: Date): Item {
  return {
    k: { S: batch },
    z: { S: 'aborted' satisfies BatchOutcome },
    w: { B: token },
    x: expiryOf(now),
  }
}

/** Makes the item that asks for items of an aborted batch to be removed. */
export function removalOf(batch: Batch, keys: readonly string[], now: Date): Item {
  const minute = Math.floor(now.getTime() / REMOVAL_MS)
  const asked = JSON.stringify([batch, minute, keys.toSorted()])
  // An event's key is as long: 132 bits of SHA-256.
  const digest = createHash('sha256').update(asked).digest('base64url').slice(0, 22)
  return {
    k: { S: `${tenantOf(batch)}#${digest}` },
    r: { S: batch },
    c: packKeys(keys),
    x: expiryOf(now),
  }
}

/** Reads the keys that a commit or a removal names. */
export function keysIn({ c }: Item): string[] {
  return JSON.parse(inflateRawSync(c!.B!).toString())
}

/** Tells whether an item is an event: it has a body, here or in the blob store. */
export function isEvent({ b, o }: Item): boolean {
  return b !== undefined || o !== undefined
}

function packKeys(keys: readonly string[]) {
  // Keys are 22 random characters each, but share their tenant: 2,048 are some 40 KB.
  return { B: deflateRawSync(JSON.stringify(keys)) }
}

function expiryOf(now: Date) {
  return { N: String(Math.ceil(now.getTime() / 1000) + ABORTED_SECONDS) }
}
