import { createHash, randomFillSync } from 'node:crypto'
import type { EventRecord } from '../../../event/record'
import { SALT_BYTES } from '../../../merkle/hashes'
import type { BlobStore } from '../../blob-store'
import type { ChangeBatch } from '../../change-feed'
import type { Clock } from '../../clock'
import { leafOf } from './hashing'
import { BATCHES, HOUR_MS, hourOf, timeOf } from './places'
import { type LeafRow, packLines } from './rows'

interface Needs {
  blobs: Pick<BlobStore, 'put'>
  clock: Pick<Clock, 'now'>
}

// Until so long after its end, what comes late is still of the hour in which it was stored: a batch that is
// tried again is then written over its former try. Later than that it is of the hour in which it comes.
const LATE_MS = 5 * 60_000

/** Trees of an hour are put together so long after its end: what was begun in time has ended by then. */
export const GRACE_MS = 2 * LATE_MS

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

/**
 * Writes the leaves of a batch into one object, or into one for each hour that it touches: no write for each
 * event, and none to a table.
 */
export function createAdd({ blobs, clock }: Needs) {
  return async function add(batch: ChangeBatch): Promise<void> {
    const now = clock.now().getTime()
    const hours = new Map<string, LeafRow[]>()
    for (const [place, record] of batch.records().entries()) {
      const storedAt = batch.storedAt(place)
      const stored = hourOf(storedAt)
      const isLate = now > timeOf(stored) + HOUR_MS + LATE_MS
      const hour = isLate ? hourOf(now) : stored
      const rows = hours.get(hour) ?? []
      rows.push(...rowsOf(record, storedAt))
      hours.set(hour, rows)
    }
    // The same batch has the same name, also when it is tried again.
    const name = createHash('sha256').update(batch.id).digest('hex').slice(0, 32)
    for (const [hour, rows] of hours) await blobs.put(`${BATCHES}${hour}/${name}`, packLines(rows))
  }
}

function* rowsOf(record: EventRecord, storedAt: number): Generator<LeafRow> {
  const { tenantId, eventId, retentionClass, retentionDays = 0, raw, sentSha256 } = record
  const salts = randomFillSync(new Uint8Array(2 * SALT_BYTES))
  const common = { tenantId, eventId, retentionClass, retentionDays, storedAt }
  function row(of: LeafRow['of'], item: Parameters<typeof leafOf>[1]): LeafRow {
    const from = of === 'sent' ? 0 : SALT_BYTES
    const salt = salts.subarray(from, from + SALT_BYTES)
    return { ...common, of, salt: base64(salt), hash: base64(leafOf(salt, item)) }
  }
  if (sentSha256 === undefined) return yield row('sent', { text: raw })
  yield row('sent', { sha256: sentSha256 })
  yield row('kept', { text: raw })
}
