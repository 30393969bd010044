import type { FirehoseClient } from '@aws-sdk/client-firehose'
import type { EventRecord, RetentionClass } from '../../event/record'
import type { Archive } from '../archive'
import type { BlobStore } from '../blob-store'
import { type ArchiveDocument, documentOf } from './archive/document'
import { storeOversize } from './archive/oversize'
import { cutCalls, packRecords, RECORD_BYTES } from './archive/pack'
import { putRecords } from './archive/put-records'

export interface ArchiveNeeds {
  client: FirehoseClient
  /**
   * Names a delivery stream for each retention class: each has its own place, and its own time, in
   * S3.
   */
  streams: Record<RetentionClass, string>
  /** Takes what is too large for a record of Firehose. */
  blobs: BlobStore
}

/**
 * Hands documents to Firehose, which makes Parquet of them. A record is durable once Firehose has
 * taken it and in the lake some minutes later; after a lost reply it may be there twice.
 */
export function createArchive({ client, streams, blobs }: ArchiveNeeds): Archive {
  async function toDocument(record: EventRecord): Promise<ArchiveDocument> {
    const document = documentOf(record)
    return document.bytes.length > RECORD_BYTES ? storeOversize(record, blobs) : document
  }

  async function writeClass(retentionClass: RetentionClass, records: readonly EventRecord[]) {
    const documents = await Promise.all(records.map(toDocument))
    for (const call of cutCalls(packRecords(documents))) {
      await putRecords(client, streams[retentionClass], call)
    }
  }

  return {
    cannotErase:
      'On AWS the lake is written anew by its nightly job alone: an erasure is asked of that.',

    async write(batch) {
      const classes = Map.groupBy(batch.records(), ({ retentionClass }) => retentionClass)
      await Promise.all([...classes].map(([name, records]) => writeClass(name, records)))
    },
    // The client belongs to its owner, who closes it.
    async [Symbol.asyncDispose]() {},
  }
}
