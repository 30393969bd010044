import { describe, expect, it } from 'bun:test'
import { memoryBlobs } from '../../tests/support/blobs'
import { anEnvelope, anEvent } from '../../tests/support/envelopes'
import { listedQuarantine, origin, receivedAt } from '../../tests/support/ingest'
import { StorageError } from '../error/storage-error'
import type { Reading } from '../event/reading'
import { systemClock } from '../platform/clock'
import type { EventStore } from '../platform/event-store'
import { readCaliper } from '../standards/caliper/parse'
import { silentLog as log } from '../telemetry/log'
import type { Origin } from './arrival'
import { createIngestReading } from './ingest-reading'
import { readSpilled } from './spill'

const config = { hotTtlDays: 30, xapiRetentionDays: 2555 }

const reading = (data: unknown[]): Reading =>
  readCaliper(JSON.stringify(anEnvelope(data)), receivedAt)

function failingStore(isRetriable = true): EventStore {
  const error = new StorageError('the table is away', { isRetriable })
  return { append: () => Promise.reject(error) } as unknown as EventStore
}

/** Sends to a store that fails. @returns the receipts, and what waits in the blob store */
async function spill(requests: Reading[], from: Partial<Origin> = {}, isRetriable = true) {
  const blobs = memoryBlobs()
  const { quarantine, kept: quarantined } = listedQuarantine()
  const needs = { events: failingStore(isRetriable), quarantine, config, clock: systemClock, log }
  const ingest = createIngestReading({ ...needs, spill: blobs })
  const receipts = []
  for (const request of requests) receipts.push(await ingest(request, { ...origin, ...from }))
  return { blobs, receipts, quarantined }
}

describe('a request that the event store cannot take', () => {
  it('waits whole in the blob store, and its sender is told how much of it', async () => {
    for (const isRetriable of [true, false]) {
      const { blobs, receipts, quarantined } = await spill(
        [reading([anEvent(), 7])],
        {},
        isRetriable,
      )
      expect(receipts).toEqual([
        {
          requestId: 'req-1',
          eventCount: 0,
          eventIds: [],
          entityCount: 0,
          entityIds: [],
          duplicates: 0,
          quarantined: [],
          acceptedForLater: 2,
        },
      ])
      expect(quarantined).toEqual([])
      const [key] = blobs.held.keys()
      expect(key).toMatch(/^spill\/[0-9a-f]{2}\/2026-11-21T09:30:00\.000Z-[0-9a-f-]{36}$/)
    }
  })

  it('is refused when the blob store cannot take it either, as one that may come again', async () => {
    const broken = new StorageError('no bucket', { isRetriable: false })
    const blobs = { put: () => Promise.reject(broken) }
    const { quarantine } = listedQuarantine()
    const storing = { events: failingStore(false), quarantine, config, clock: systemClock, log }
    const needs = { ...storing, spill: blobs }
    const error = await createIngestReading(needs)(reading([anEvent()]), origin).catch(
      (thrown) => thrown,
    )
    expect(error).toBeInstanceOf(StorageError)
    expect(error.isRetriable).toBe(true)
    expect(error.message).toBe('the table is away; and it cannot be spilled: no bucket')
  })

  it('is judged as on its arrival when its source is strict', async () => {
    const departing = { ...anEvent(), profile: 'NoSuchProfile' }
    const { explain: _, ...read } = reading([anEvent(), departing])
    const errors = [{ path: ['data', 1, 'profile'], message: 'Unknown', code: 'unknown_term' }]
    const request: Reading = { ...read, explain: () => errors }
    const { blobs } = await spill([request], { mode: 'strict' })
    const spilled = await readSpilled([...blobs.held.values()][0]!)
    expect(spilled.reading.items).toMatchObject([
      { index: 0, event: { conformant: true } },
      { index: 1, raw: JSON.stringify(departing), errors },
    ])
  })
})
