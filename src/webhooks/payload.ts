import type { EventRecord } from '../event/record'

// Standard Webhooks asks for small payloads (20 KB is its advice for one event); these carry many.
// A hundred events of 1–2 KB are some 150 KB, which every common receiver takes in one request
// (nginx stops at 1 MB, Express's json() at 100 KB unless told otherwise).
const MAX_EVENTS = 100
const MAX_RAW_CHARS = 256 * 1024

/**
 * Cuts records into messages, in order. An event larger than a message has a message for itself.
 */
export function intoMessages(records: readonly EventRecord[]): EventRecord[][] {
  const messages: EventRecord[][] = []
  let open: EventRecord[] = []
  let size = 0
  for (const record of records) {
    const full = open.length === MAX_EVENTS || size + record.raw.length > MAX_RAW_CHARS
    if (open.length === 0 || full) {
      open = []
      size = 0
      messages.push(open)
    }
    open.push(record)
    size += record.raw.length
  }
  return messages
}

type Told = Pick<EventRecord, 'raw' | 'repair'>

/**
 * Writes the body of a message: each event is the text that was sent, so nothing of it is lost. For
 * repaired events, `repaired` says at which place they stand, and who changed what.
 */
export function payloadOf(timestamp: string, records: readonly Told[]): string {
  const raws = records.map(({ raw }) => raw)
  const repaired = records.flatMap(({ repair }, index) => (repair ? [{ index, ...repair }] : []))
  const marks = repaired.length === 0 ? '' : `,"repaired":${JSON.stringify(repaired)}`
  const at = JSON.stringify(timestamp)
  return `{"type":"events","timestamp":${at},"data":[${raws.join(',')}]${marks}}`
}
