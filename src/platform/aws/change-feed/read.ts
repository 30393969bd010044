import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { StorageError } from '../../../error/storage-error'
import type { EventRecord } from '../../../event/record'
import type { Log } from '../../../telemetry/log'
import type { BlobStore } from '../../blob-store'
import { imageOf } from '../dynamo/stream-image'
import { isOfSurroundings } from './blame'

type Item = Record<string, AttributeValue>

export interface ReadingNeeds {
  /**
   * Reads the record that an item of the events table contains; undefined when its body is gone.
   * @throws {StorageError} retriable when its body is elsewhere and cannot be had now
   */
  recordOf(item: Item): Promise<EventRecord | undefined>
  /** Reads the items of a batch that an item commits, in slices. @throws {StorageError} */
  committedBy(commit: Item): AsyncIterable<Item[]>
  /**
   * Removes what an item asks to be removed of an aborted batch. Left out, another function that
   * follows the stream does. @throws {StorageError}
   */
  removeLeft?(removal: Item): Promise<void>
  /** Stores what cannot be read or handled, under `failed/records/`. Left out, another function does. */
  blobs?: Pick<BlobStore, 'put'>
  log: Log
}

/** Reading a batch, with what becomes of a record of it that cannot be read. */
export interface Reading extends ReadingNeeds {
  /** @returns whether the record need not come again */
  setAside(insert: DynamoDBRecord, reason: string): Promise<boolean>
}

/** A change is one stored event, with its place in its shard. */
export interface Change {
  /** The sequence number, with the place in its batch where it is one of many that were committed. */
  id: string
  sequence: string
  /** Says when the table got it, by AWS's clock, in ms since 1970. */
  storedAt: number
  record: EventRecord
  /** The record of the stream that brought it. */
  insert: DynamoDBRecord
}

interface Changes {
  changes: Change[]
  /** The sequence number of the first record that cannot be read now. */
  unread?: string | undefined
}

/** An item is found in the stream, or committed by what is found there. */
interface Found {
  insert: DynamoDBRecord
  item: Item
  id: string
}

/**
 * Reads the events that were stored, a part at a time, up to the first one that cannot be read now.
 * An item with a mark is none yet; the item that commits its batch brings all of them.
 */
export async function* readChanges(
  inserts: readonly DynamoDBRecord[],
  needs: Reading,
): AsyncGenerator<Changes> {
  let plain: Found[] = []
  for (const insert of inserts) {
    const image = insert.dynamodb?.NewImage ?? {}
    if (image.m !== undefined) continue
    const found = { insert, item: imageOf(image), id: insert.dynamodb!.SequenceNumber! }
    if (image.z === undefined && image.r === undefined) {
      plain.push(found)
      continue
    }
    yield await readAll(plain, needs)
    plain = []
    yield* readOfBatch(found, needs)
  }
  yield await readAll(plain, needs)
}

/** Reads what concerns a batch: its outcome, or the wish to remove what it left. */
async function* readOfBatch(found: Found, needs: Reading): AsyncGenerator<Changes> {
  const { insert, item, id } = found
  try {
    if (item.r !== undefined) await needs.removeLeft?.(item)
    if (item.z?.S !== 'committed') return
    let count = 0
    for await (const items of needs.committedBy(item)) {
      const batch = items.map((item) => ({ insert, item, id: `${id}.${count++}` }))
      yield await readAll(batch, needs)
    }
  } catch (error) {
    if (isOfSurroundings(error) || !(await needs.setAside(insert, messageOf(error)))) {
      yield { changes: [], unread: id }
    }
  }
}

async function readAll(all: readonly Found[], needs: Reading): Promise<Changes> {
  const read = await Promise.allSettled(
    all.map(async ({ item }) => {
      const record = await needs.recordOf(item)
      if (record !== undefined) return record
      throw new StorageError('its body is not in the blob store', { isRetriable: false })
    }),
  )
  const changes: Change[] = []
  for (const [place, outcome] of read.entries()) {
    const { insert, id } = all[place]!
    const sequence = insert.dynamodb!.SequenceNumber!
    // The time is in seconds, and never absent in a stream (StreamRecord, API reference).
    const storedAt = (insert.dynamodb!.ApproximateCreationDateTime ?? 0) * 1000
    if (outcome.status === 'fulfilled') {
      changes.push({ id, sequence, storedAt, record: outcome.value, insert })
    } else if (
      isOfSurroundings(outcome.reason) ||
      !(await needs.setAside(insert, messageOf(outcome.reason)))
    ) {
      return { changes, unread: sequence }
    }
  }
  return { changes }
}

const messageOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown))
