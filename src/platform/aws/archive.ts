import { createHash } from 'node:crypto'
import type { FirehoseClient } from '@aws-sdk/client-firehose'
import type { EventRecord, RetentionClass } from '../../event/record'
import type { Archive } from '../archive'
import type { BlobStore } from '../blob-store'
import { type ArchiveDocument, documentOf } from './archive/document'
import { storeOversize } from './archive/oversize'
import { cutCalls, packRecords, RECORD_BYTES } from './archive/pack'
import { type Putting, putRecords } from './archive/put-records'

export interface ArchiveNeeds {
  client: FirehoseClient
  /**
   * Names the delivery streams of each retention class, one or more: each class has its own place, and its own
   * time, in S3.
   */
  streams: Record<RetentionClass, readonly string[]>
  /** Takes what is too large for a record of Firehose. */
  blobs: BlobStore
  /** Tells how much time is left of the call at hand, in ms. Left out, throttling is waited for only briefly. */
  leftMs?: Putting['leftMs'] | undefined
  pause?: Putting['pause']
}

// Digests of so many records are 300 KB, and of more than a hundred batches.
const REMEMBERED = 4096
// There are never as many streams.
const MANY = 1000

/**
 * Hands documents to Firehose, which makes Parquet of them. A record is durable once Firehose has
 * taken it and in the lake some minutes later; after a lost reply it may be there twice.
 */
export function createArchive(needs: ArchiveNeeds): Archive {
  const { client, streams, blobs, leftMs, pause } = needs
  // Digests of what was taken of batches that come again, since not all of them was: it is not sent again, so
  // that a stream which is over its rate has less to take each time, and not the same.
  const taken = new Set<string>()
  // Sandboxes begin with unlike streams, and go on with the next.
  const turns = new Map<RetentionClass, number>()

  function nextTurn(retentionClass: RetentionClass): number {
    const last = turns.get(retentionClass) ?? Math.floor(Math.random() * MANY)
    turns.set(retentionClass, last + 1)
    return last + 1
  }

  async function toDocument(record: EventRecord): Promise<ArchiveDocument> {
    const document = documentOf(record)
    return document.bytes.length > RECORD_BYTES ? storeOversize(record, blobs) : document
  }

  /** @param onTaken is told each record of Firehose that needs not come again */
  async function writeClass(
    retentionClass: RetentionClass,
    records: readonly EventRecord[],
    onTaken: (record: Uint8Array) => void,
  ) {
    const documents = await Promise.all(records.map(toDocument))
    const packed = packRecords(documents)
    const [had, waiting] = partition(packed, (one) => taken.size > 0 && taken.has(digestOf(one)))
    for (const record of had) onTaken(record)
    for (const call of cutCalls(waiting)) {
      const putting = { client, leftMs, pause }
      const first = nextTurn(retentionClass)
      await putRecords(putting, streams[retentionClass], call, { onTaken, first })
    }
  }

  return {
    cannotErase:
      'On AWS the lake is written anew by its nightly job alone: an erasure is asked of that.',

    async write(batch) {
      const classes = Map.groupBy(batch.records(), ({ retentionClass }) => retentionClass)
      const now: Uint8Array[] = []
      const onTaken = (record: Uint8Array) => void now.push(record)
      const written = await Promise.allSettled(
        [...classes].map(([name, records]) => writeClass(name, records, onTaken)),
      )
      const failed = written.find(({ status }) => status === 'rejected')
      if (failed === undefined && taken.size === 0) return
      if (taken.size + now.length > REMEMBERED) taken.clear()
      for (const digest of now.map(digestOf)) {
        if (failed === undefined) taken.delete(digest)
        else taken.add(digest)
      }
      if (failed !== undefined) throw (failed as PromiseRejectedResult).reason
    },
    // The client belongs to its owner, who closes it.
    async [Symbol.asyncDispose]() {},
  }
}

function digestOf(record: Uint8Array): string {
  return createHash('sha256').update(record).digest('base64')
}

function partition<One>(all: readonly One[], belongs: (one: One) => boolean): [One[], One[]] {
  const { yes = [], no = [] } = Object.groupBy(all, (one) => (belongs(one) ? 'yes' : 'no'))
  return [yes, no]
}
