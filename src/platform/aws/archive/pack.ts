import type { ArchiveDocument } from './document'

// A call may hold 500 records and 4 MiB, and a record 1,000 KiB ("Amazon Data Firehose quota"). The
// quota does not say whether a call is counted before or after base64, which adds a third: 3 MiB
// are within it either way.
const CALL_RECORDS = 500
const CALL_BYTES = 3 * 1024 * 1024

/** A record may hold so many bytes: "1,000 KB", taken as the smaller of its two readings. */
export const RECORD_BYTES = 1_000_000

// A record is paid as the next multiple of 5 KB. At 64 KB half of one is 4 %; larger records would
// save little more, and a record that fails conversion fails whole (decisions/0013).
const PACKED_BYTES = 64_000

/**
 * Joins documents into Firehose records: several of them, one after another, where each is sure to
 * be converted; one that had to give up a value stands alone.
 * @param documents of at most `RECORD_BYTES` each
 */
export function packRecords(documents: readonly ArchiveDocument[]): Uint8Array[] {
  const records: Uint8Array[] = []
  let open: Uint8Array[] = []
  let size = 0

  function close() {
    if (open.length > 0) records.push(Buffer.concat(open))
    open = []
    size = 0
  }

  for (const { bytes, isWhole } of documents) {
    if (!isWhole) {
      records.push(bytes)
      continue
    }
    if (size + bytes.length > PACKED_BYTES) close()
    open.push(bytes)
    size += bytes.length
  }
  close()
  return records
}

/** Cuts records into calls of `PutRecordBatch`. */
export function cutCalls(records: readonly Uint8Array[]): Uint8Array[][] {
  const calls: Uint8Array[][] = []
  let size = 0
  for (const record of records) {
    const last = calls.at(-1)
    if (!last || last.length === CALL_RECORDS || size + record.length > CALL_BYTES) {
      calls.push([record])
      size = record.length
    } else {
      last.push(record)
      size += record.length
    }
  }
  return calls
}
