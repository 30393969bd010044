import { describe, expect, it } from 'bun:test'
import { memoryBlobs } from '../../tests/support/blobs'
import { clockAt } from '../../tests/support/clock'
import { anEnvelope, anEvent } from '../../tests/support/envelopes'
import {
  clock,
  listedQuarantine,
  origin,
  receivedAt,
  scriptedStore,
  sender,
} from '../../tests/support/ingest'
import { StorageError } from '../error/storage-error'
import type { Reading } from '../event/reading'
import type { BlobStore } from '../platform/blob-store'
import { systemClock } from '../platform/clock'
import type { EventStore } from '../platform/event-store'
import { readCaliper } from '../standards/caliper/parse'
import { silentLog as log } from '../telemetry/log'
import type { Origin } from './arrival'
import { createIngestReading } from './ingest-reading'
import { readSpilled } from './spill'
import { sweepSpill } from './sweep-spill'

const config = { hotTtlDays: 30, xapiRetentionDays: 2555 }
const bounds = { limit: 100, maxMs: 1000 }

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

describe('the sweep', () => {
  it('replays with the time and the sender of the arrival, and forgets what is kept', async () => {
    const event = anEvent()
    const { blobs } = await spill([reading([event, 7])])
    const { events, calls } = scriptedStore(() => 'stored')
    const { quarantine, kept: quarantined } = listedQuarantine()
    const tomorrow = clockAt(() => new Date('2026-11-22T09:30:00.000Z'))
    const needs = { blobs, events, quarantine, config, clock: tomorrow, log }
    expect(await sweepSpill(needs, bounds)).toEqual({ replayed: 1, left: 0 })
    const expiresAt = '2026-12-22T09:30:00.000Z'
    expect(calls).toMatchObject([[{ ...sender, eventId: event.id, receivedAt, expiresAt }]])
    expect(quarantined).toMatchObject([{ ...sender, receivedAt, raw: '7', index: 1 }])
    expect(blobs.held.size).toBe(0)
    expect(await sweepSpill(needs, bounds)).toEqual({ replayed: 0, left: 0 })
  })

  it('begins with the oldest, and ends at its bounds', async () => {
    const times = [
      '2026-11-21T10:00:00.000Z',
      '2026-11-20T23:59:00.000Z',
      '2026-11-21T09:00:00.000Z',
    ]
    const blobs = memoryBlobs()
    const events = times.map(() => ({ ...anEvent(), actor: 'urn:example:ada' }))
    for (const [at, time] of times.entries()) {
      const spilled = await spill([reading([events[at]])], { receivedAt: time })
      for (const [key, bytes] of spilled.blobs.held) blobs.held.set(key, bytes)
    }
    const { events: store, calls } = scriptedStore(() => 'stored')
    const { quarantine } = listedQuarantine()
    const needs = { blobs, events: store, quarantine, config, clock, log }
    expect(await sweepSpill(needs, { limit: 2, maxMs: 1000 })).toEqual({ replayed: 2, left: 0 })
    expect(calls.flat().map(({ eventId }) => eventId)).toEqual([events[1]!.id, events[2]!.id])
    expect(await sweepSpill(needs, { limit: 2, maxMs: 0 })).toEqual({ replayed: 0, left: 0 })
    expect(blobs.held.size).toBe(1)
  })

  it('leaves what fails for the next run, and gives up on a store that only fails', async () => {
    const { blobs } = await spill(Array.from({ length: 5 }, () => reading([anEvent()])))
    const { quarantine } = listedQuarantine()
    const needs = { blobs, quarantine, config, clock, log }
    const failing = { ...needs, events: failingStore() }
    expect(await sweepSpill(failing, bounds)).toEqual({ replayed: 0, left: 3 })
    const denied = { ...needs, events: failingStore(false) }
    expect(await sweepSpill(denied, bounds)).toEqual({ replayed: 0, left: 5 })
    const sound = { ...needs, events: scriptedStore(() => 'stored').events }
    expect(await sweepSpill(sound, bounds)).toEqual({ replayed: 5, left: 0 })
  })

  it('goes past a request that cannot be read, and keeps it', async () => {
    const { blobs } = await spill([reading([anEvent()])])
    const odd: BlobStore = memoryBlobs()
    await odd.put('spill/2026-11-20/00/odd', Buffer.from('no gzip'))
    for (const [key, bytes] of blobs.held) await odd.put(key, bytes)
    const { quarantine } = listedQuarantine()
    const { events } = scriptedStore(() => 'stored')
    const needs = { blobs: odd, events, quarantine, config, clock, log }
    expect(await sweepSpill(needs, bounds)).toEqual({ replayed: 1, left: 1 })
    expect(await odd.get('spill/2026-11-20/00/odd')).toBeDefined()
  })
})
