import type { EventRecord } from '../../src/event/record'
import { createIngestReading } from '../../src/ingest/ingest-reading'
import { systemClock } from '../../src/platform/clock'
import type { AppendOutcome, EventStore } from '../../src/platform/event-store'
import type { QuarantinedItem, QuarantineStore } from '../../src/platform/quarantine-store'
import { silentLog } from '../../src/telemetry/log'
import { clockAt } from './clock'

export const receivedAt = '2026-11-21T09:30:00.000Z'
export const clock = clockAt(() => new Date(receivedAt))
export const sender = {
  tenantId: 'default',
  sourceId: 'demo',
  server: { requestId: 'req-1', subject: 'key_1', ip: '192.0.2.1' },
}

/** Where a reading came from: that sender, at `receivedAt`. */
export const origin = { ...sender, receivedAt }

/** An event store that says what it is told to say, and remembers what it was asked. */
export function scriptedStore(
  answer: (record: EventRecord, call: number) => AppendOutcome['kind'],
) {
  const calls: EventRecord[][] = []
  const events = {
    append: async (records: readonly EventRecord[]) => {
      calls.push([...records])
      return records.map((record) => ({ kind: answer(record, calls.length) }))
    },
  } as unknown as EventStore
  return { events, calls }
}

/** A quarantine that keeps what it is given, in order. */
export function listedQuarantine() {
  const kept: QuarantinedItem[] = []
  const quarantine = {
    put: async (items: readonly QuarantinedItem[]) => void kept.push(...items),
  } as unknown as QuarantineStore
  return { quarantine, kept }
}

export function ingestInto(events: EventStore, quarantine: QuarantineStore) {
  const config = { hotTtlDays: 30, xapiRetentionDays: 2555 }
  return createIngestReading({ events, quarantine, config, clock: systemClock, log: silentLog })
}
