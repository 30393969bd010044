import { randomUUID } from 'node:crypto'
import type { EventRecord } from '../../src/event/record'
import { stampWith } from '../../src/ingest/steps/stamp'
import { commonOf } from '../../src/mapping/common'
import { explained } from '../../src/standards/caliper/explain'
import { readCaliper } from '../../src/standards/caliper/parse'
import { anEnvelope, anEvent } from '../samples/envelopes'

// So many samples are enough for a mean that is stable to the third digit, and are read in a
// moment.
const SAMPLES = 400

/**
 * Makes records of events of about `bytes` each, as the pipeline would store them: of twenty types,
 * every one with ids of its own, made longer by extensions half of which is text and half random.
 */
export function sampleRecords(bytes: number, hotTtlDays: number, count = SAMPLES): EventRecord[] {
  const receivedAt = '2026-11-21T09:30:01.500Z'
  const server = {
    subject: 'key_01J9Z3W5',
    ip: '203.0.113.7',
    userAgent: 'Canvas/1.0 (instructure.example)',
    requestId: randomUUID(),
  }
  const arrival = {
    tenantId: 'northfield',
    sourceId: 'canvas',
    server,
    receivedAt,
    terms: { days: hotTtlDays },
    commonOf,
  }
  const events = Array.from({ length: count }, () => lengthened(anEvent(), bytes))
  const reading = explained(readCaliper(JSON.stringify(anEnvelope(events)), receivedAt))
  const stamp = stampWith(arrival)
  return reading.items.flatMap((item) => ('event' in item ? [stamp(item.event)] : []))
}

/** Lengthens an event. One that is larger already stays as it is: nothing of it can be left out. */
function lengthened(event: Record<string, unknown>, bytes: number) {
  const missing = bytes - JSON.stringify(event).length
  const line = () => ({ note: 'seen in the course', ref: randomUUID() })
  const lines = Math.round(missing / JSON.stringify(line()).length)
  return lines > 0
    ? { ...event, extensions: { lines: Array.from({ length: lines }, line) } }
    : event
}
