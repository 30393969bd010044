import type { EventRecord } from '../event/record'

// Standard Webhooks asks for small payloads (20 KB is its advice for one event); these carry many.
// A hundred events of 1–2 KB are some 150 KB, which every common receiver takes in one request
// (nginx stops at 1 MB, Express's json() at 100 KB unless told otherwise).
const MAX_EVENTS = 100
const MAX_RAW_CHARS = 256 * 1024

/** Cuts records into messages, in order. An event larger than a message has one for itself. */
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

/** The body of a message: each event is the text that was sent, so nothing of it is lost. */
export function payloadOf(timestamp: string, raws: readonly string[]): string {
  return `{"type":"events","timestamp":${JSON.stringify(timestamp)},"data":[${raws.join(',')}]}`
}
