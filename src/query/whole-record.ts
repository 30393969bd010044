import type { EventRecord } from '../event/record'
import type { BlobStore } from '../platform/blob-store'

/** Reads a record that is too large for the lake where the lake says it is (on AWS). */
export async function wholeOf<Known extends Pick<EventRecord, 'tenantId' | 'eventId' | 'raw'>>(
  record: Known,
  blobs: Pick<BlobStore, 'get'>,
): Promise<Known | EventRecord> {
  const blob = /^\{"tooLargeForTheLake":\{"blob":"([^"]+)"/.exec(record.raw)?.[1]
  const bytes = blob?.startsWith('large/') ? await blobs.get(blob) : undefined
  if (bytes === undefined) return record
  const whole = JSON.parse(Buffer.from(bytes).toString()) as EventRecord
  // The text was sent by somebody: it names a record of the same tenant and id, or none.
  const isSame = whole.tenantId === record.tenantId && whole.eventId === record.eventId
  return isSame ? whole : record
}
