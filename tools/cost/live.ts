import { assumed } from '../capacity/load'
import { type Line, line, STREAM_BATCH } from './bill'

/** Events are followed over HTTP by so many, each from the first event to the last. */
export interface LiveWorkload {
  events: number
  readers: number
  /** They are connected for so many hours. */
  hours: number
}

// An answer has so many minutes (`infra/settings.ts`); then its reader asks again.
const STREAM_MINUTES = 5
// The digest of an event's key, in a row of one batch of the stream.
const DIGEST_BYTES = 22
const ROW_OVERHEAD_BYTES = 120
const WRITE_UNIT_BYTES = 1024
// A part of a transaction takes twice its units: the row, and the head that counts it.
const IN_A_TRANSACTION = 2
// A look a second finds some rows or none, which is a unit; each event is read from the hot store.
const LOOKS_PER_HOUR = 3600
const READS_PER_EVENT = 1

/** Computes what it costs more that a tenant's events are followed, in US dollars. */
export function liveBillOf({ events, readers, hours }: LiveWorkload): Line[] {
  if (readers === 0) return []
  const batches = events / STREAM_BATCH
  const seconds = readers * hours * 3600
  return [
    line('live table: log', 'dynamoWrite', batches * unitsOfRow(STREAM_BATCH)),
    line('stream', 'lambdaRequest', (readers * hours * 60) / STREAM_MINUTES),
    line('stream: waiting', 'lambdaCompute', seconds * assumed.streamMemoryGb),
    line('live table: looking', 'dynamoRead', readers * hours * LOOKS_PER_HOUR),
    line('events table: followed', 'dynamoRead', events * readers * READS_PER_EVENT),
  ]
}

/** Counts the write units of a row with so many events, and of its head. */
export function unitsOfRow(events: number): number {
  const row = Math.ceil((ROW_OVERHEAD_BYTES + events * DIGEST_BYTES) / WRITE_UNIT_BYTES)
  return IN_A_TRANSACTION * (row + 1)
}
