import type { EventRecord } from '../src/event/record'
import { stampWith } from '../src/ingest/steps/stamp'
import { asSent } from '../src/mapping/common-words'
import { caliper } from '../src/standards/caliper/standard'
import { finish } from '../src/syntax/steps'
import { receivedAt, sender } from '../tests/support/ingest'

const HOT_DAYS = 30

/** Reads a body as a request does, from its bytes to the records that are committed. */
export function recordsIn(bytes: Uint8Array): EventRecord[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  const { items } = finish(caliper.readBody(text, 'document', receivedAt))
  const stamp = stampWith({
    ...{ ...sender, receivedAt },
    ...{ terms: { days: HOT_DAYS }, commonOf: asSent },
  })
  return items.flatMap((item) => ('event' in item ? [stamp(item.event)] : []))
}
