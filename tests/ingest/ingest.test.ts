import { describe, expect, it } from 'bun:test'
import { StorageError } from '../../src/error/storage-error'
import type { EventRecord } from '../../src/event/record'
import { appendWith } from '../../src/ingest/steps/append'
import type { EventStore } from '../../src/platform/event-store'
import { openLocalPlatform } from '../../src/platform/local'
import type { QuarantineStore } from '../../src/platform/quarantine-store'
import { readCaliper } from '../../src/standards/caliper/parse'
import { readNative } from '../../src/standards/native/parse'
import { silentLog as log } from '../../src/telemetry/log'
import { aDescribe, anEnvelope, anEvent } from '../support/envelopes'
import { aViewEvent } from '../support/events'
import { temporaryFolder } from '../support/folders'
import {
  clock,
  ingestInto,
  listedQuarantine,
  origin,
  receivedAt,
  scriptedStore,
  sender,
} from '../support/ingest'
import { aRecord } from '../support/records'

function reading(data: unknown[], more: Record<string, unknown> = {}) {
  return readCaliper(JSON.stringify(anEnvelope(data, more)), receivedAt)
}

describe('ingest stamps', () => {
  it('what only the server knows, beside what the sender claims', async () => {
    const { events, calls } = scriptedStore(() => 'stored')
    const ingest = ingestInto(events, listedQuarantine().quarantine)
    const claims = { tenantId: 'other', receivedAt: 'never', server: { ip: '203.0.113.9' } }
    const event = aViewEvent({ ...claims, extensions: claims })
    await ingest(reading([event], { sendTime: '2026-11-21T09:29:57.500Z' }), origin)
    expect(calls[0]).toMatchObject([
      {
        ...sender,
        eventId: event.id,
        raw: JSON.stringify(event),
        sendTime: '2026-11-21T09:29:57.500Z',
        receivedAt,
        skewMs: 2500,
        privacyLevel: 'standard',
        retentionClass: 'standard',
        expiresAt: '2026-12-21T09:30:00.000Z',
      },
    ])
  })

  it('the time at which the request arrived', async () => {
    const { events, calls } = scriptedStore(() => 'stored')
    const noted = '2026-11-21T09:29:59.000Z'
    const ingest = ingestInto(events, listedQuarantine().quarantine)
    await ingest(reading([anEvent()], { sendTime: 'soon' }), { ...origin, receivedAt: noted })
    expect(calls[0]).toMatchObject([{ receivedAt: noted, sendTime: undefined, skewMs: undefined }])
  })
})

describe('the receipt', () => {
  it('names every event and entity now held, in order, and what could not be kept', async () => {
    const conflicting = aViewEvent()
    const held = aViewEvent()
    const { events } = scriptedStore(({ eventId }) => {
      if (eventId === conflicting.id) return 'conflict'
      return eventId === held.id ? 'duplicate' : 'stored'
    })
    const { quarantine, kept } = listedQuarantine()
    const first = anEvent()
    const page = aDescribe({ id: 'https://a.example/p' })
    const data = [first, 7, conflicting, page, held, { id: 'urn:x' }]
    const receipt = await ingestInto(events, quarantine)(reading(data), origin)
    expect(receipt).toEqual({
      requestId: 'req-1',
      eventCount: 2,
      eventIds: [first.id, held.id],
      entityCount: 1,
      entityIds: ['https://a.example/p'],
      duplicates: 1,
      quarantined: [
        { index: 1, quarantineId: kept[0]!.quarantineId, errors: kept[0]!.errors },
        {
          index: 2,
          id: conflicting.id,
          quarantineId: kept[1]!.quarantineId,
          errors: kept[1]!.errors,
        },
        { index: 5, id: 'urn:x', quarantineId: kept[2]!.quarantineId, errors: kept[2]!.errors },
      ],
    })
    expect(kept).toMatchObject([
      { ...sender, standard: 'caliper', scope: 'item', receivedAt, raw: '7' },
      { raw: JSON.stringify(conflicting), errors: [{ code: 'conflict', path: ['data', 2, 'id'] }] },
      { raw: '{"id":"urn:x"}', context: { dataVersion: anEnvelope().dataVersion } },
    ])
  })

  it('is given only once what it names in quarantine is durable', async () => {
    const { events } = scriptedStore(() => 'stored')
    const broken = new StorageError('disk full', { isRetriable: true })
    const quarantine = { put: () => Promise.reject(broken) } as unknown as QuarantineStore
    await expect(ingestInto(events, quarantine)(reading([anEvent(), 7]), origin)).rejects.toBe(
      broken,
    )
  })

  it('is not given when the store fails, and nothing goes into quarantine for it', async () => {
    const broken = new StorageError('read-only', { isRetriable: true })
    const events = { append: () => Promise.reject(broken) } as unknown as EventStore
    const { quarantine, kept } = listedQuarantine()
    await expect(ingestInto(events, quarantine)(reading([anEvent(), 7]), origin)).rejects.toBe(
      broken,
    )
    expect(kept).toEqual([])
  })

  it('of nothing asks no store for anything', async () => {
    const { events, calls } = scriptedStore(() => 'stored')
    const { quarantine, kept } = listedQuarantine()
    const receipt = await ingestInto(events, quarantine)(reading([]), origin)
    expect(receipt).toMatchObject({ eventCount: 0, entityCount: 0, quarantined: [] })
    expect([calls, kept]).toEqual([[], []])
  })
})

describe('the quarantine', () => {
  async function idsOf(data: unknown[], from = origin): Promise<string[]> {
    const { quarantine, kept } = listedQuarantine()
    await ingestInto(scriptedStore(() => 'stored').events, quarantine)(reading(data), from)
    return kept.map(({ quarantineId }) => quarantineId)
  }

  it('gives the same item from the same source the same id each time', async () => {
    const ids = await idsOf([7, { type: 'ViewEvent' }])
    expect(await idsOf([{ type: 'ViewEvent' }, 7])).toEqual(ids.toReversed())
    expect(new Set(ids).size).toBe(2)
    expect(await idsOf([7], { ...origin, sourceId: 'other' })).not.toEqual([ids[0]!])
    expect(await idsOf([7], { ...origin, tenantId: 'other' })).not.toEqual([ids[0]!])
  })
})

describe('a busy store is asked again', () => {
  const record = (eventId: string): EventRecord => aRecord({ eventId })
  const pausesOf = () => {
    const pauses: number[] = []
    const wait = async (ms: number) => void pauses.push(ms)
    const now = () => pauses.reduce((sum, ms) => sum + ms, 0)
    return { pauses, wait, now, random: () => 0.5 }
  }

  it('for what it refused and nothing else, the outcomes in their order', async () => {
    const { events, calls } = scriptedStore(({ eventId }, call) => {
      if (eventId === 'b' && call < 3) return 'throttled'
      return eventId === 'c' ? 'duplicate' : 'stored'
    })
    const { pauses, ...timing } = pausesOf()
    const append = appendWith({ events, ...timing })
    expect(await append([record('a'), record('b'), record('c')])).toEqual([
      { kind: 'stored' },
      { kind: 'stored' },
      { kind: 'duplicate' },
    ])
    expect(calls.map((records) => records.map(({ eventId }) => eventId))).toEqual([
      ['a', 'b', 'c'],
      ['b'],
      ['b'],
    ])
    expect(pauses).toEqual([25, 50])
  })

  it('until the sender is better off trying later', async () => {
    const { events, calls } = scriptedStore(() => 'throttled')
    const { pauses, ...timing } = pausesOf()
    const error = await appendWith({ events, ...timing })([record('a')]).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(StorageError)
    expect(error.isRetriable).toBe(true)
    expect(calls.length).toBe(pauses.length + 1)
    expect(timing.now()).toBeWithin(2500, 3000)
  })
})

describe('on the store of one machine', () => {
  it('a resend is a duplicate and another event under its id a conflict, in every standard', async () => {
    using folder = temporaryFolder()
    await using platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
    const ingest = ingestInto(platform.events, platform.quarantine)
    const event = aViewEvent()
    const page = aDescribe()
    const click = '{"event_type":"click","id":"c1"}'

    for (const duplicates of [0, 2]) {
      const receipt = await ingest(reading([event, page]), origin)
      expect(receipt).toMatchObject({ eventIds: [event.id], entityIds: [page.id], duplicates })
    }
    await ingest(readNative(click, { receivedAt, context: {} }), origin)
    const changed = [
      { ...event, action: 'NavigatedTo' },
      { ...page, name: 'changed' },
    ]
    const receipt = await ingest(reading(changed), origin)
    expect(receipt).toMatchObject({
      eventIds: [],
      entityIds: [page.id],
      quarantined: [{ index: 0, id: event.id, errors: [{ code: 'conflict' }] }],
    })
    const again = await ingest(
      readNative('{"event_type":"tap","id":"c1"}', { receivedAt, context: {} }),
      origin,
    )
    expect(again.quarantined).toMatchObject([{ errors: [{ path: [0, 'id'] }] }])

    expect(await platform.events.get('default', event.id)).toMatchObject({ action: 'Viewed' })
    const kept = await platform.quarantine.get('default', receipt.quarantined[0]!.quarantineId)
    expect(kept?.raw).toBe(JSON.stringify(changed[0]))
  })
})
