import { createHash } from 'node:crypto'
import { columns } from '../../../event/columns'
import type { EventRecord } from '../../../event/record'
import type { BlobStore } from '../../blob-store'
import { type ArchiveDocument, documentOf } from './document'

// A text is cut to the length of the longest id that is taken, in UTF-16 units. With it, and with
// lists of 16 Ki units, all columns together stay under 700 KB when every character is escaped in
// six bytes.
const TEXT_LENGTH = 2048
const LIST_LENGTH = 16 * 1024

/**
 * Makes the document of a record that is too large for Firehose. The whole record goes to the blob
 * store; in the lake, `raw` is a JSON object that names the place, and text is cut.
 *
 *     {"tooLargeForTheLake":{"blob":"large/standard/2026-11-21/<SHA-256>","bytes":1234567}}
 *
 * The same record has the same place. Its class and day come first, so that it can be expired as the
 * lake is.
 */
export async function storeOversize(
  record: EventRecord,
  blobs: BlobStore,
): Promise<ArchiveDocument> {
  const bytes = Buffer.from(JSON.stringify(record))
  const digest = createHash('sha256').update(bytes).digest('hex')
  const blob = `large/${record.retentionClass}/${record.receivedAt.slice(0, 10)}/${digest}`
  await blobs.put(blob, bytes)
  const pointer = { tooLargeForTheLake: { blob, bytes: bytes.length } }
  return documentOf(shortened(record), JSON.stringify(pointer))
}

function shortened(record: EventRecord): EventRecord {
  const short = { ...record, server: { ...record.server } }
  if (record.repair !== undefined) short.repair = { ...record.repair }
  for (const { type, from } of columns) {
    const [outer, inner] = from
    const holder = (inner === undefined ? short : short[outer]) as
      | Record<string, unknown>
      | undefined
    if (holder === undefined) continue
    const name = inner ?? outer
    const value = holder[name]
    if (type === 'string' && typeof value === 'string') holder[name] = value.slice(0, TEXT_LENGTH)
    if (type === 'strings' && Array.isArray(value)) holder[name] = firstOf(value)
  }
  return short
}

function firstOf(texts: readonly string[]): string[] {
  let length = 0
  return texts.filter((text) => {
    length += text.length + 1
    return length <= LIST_LENGTH
  })
}
