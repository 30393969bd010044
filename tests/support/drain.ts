import { StorageError } from '../../src/error/storage-error'
import type { EventRecord } from '../../src/event/record'
import { type Drained, drainLane } from '../../src/ingest/drain-lane'
import { lanePrefix, SPILL_PREFIX } from '../../src/ingest/draining'
import { writeSpilled } from '../../src/ingest/spill'
import type { BlobStore } from '../../src/platform/blob-store'
import { systemClock } from '../../src/platform/clock'
import type { EventStore } from '../../src/platform/event-store'
import { readNative } from '../../src/standards/native/parse'
import { silentLog as log } from '../../src/telemetry/log'
import { memoryBlobs } from './blobs'
import { listedQuarantine, origin, receivedAt } from './ingest'

/** Drains every lane in which something lies, one after another. @returns what came of all */
export async function drainAll(needs: Parameters<typeof drainLane>[0], maxMs = 10_000) {
  const all: Drained = { stored: 0, left: 0, isCut: false, isBusy: false }
  for (const lane of await lanesIn(needs.blobs)) {
    const one = await drainLane({ wait: async () => {}, ...needs }, lane, maxMs)
    all.stored += one.stored
    all.left += one.left
    all.isCut ||= one.isCut
    all.isBusy ||= one.isBusy
  }
  return all
}

async function lanesIn(blobs: Parameters<typeof drainLane>[0]['blobs']): Promise<string[]> {
  const lanes: string[] = []
  let after: string | undefined
  for (;;) {
    const [first] = await blobs.list(SPILL_PREFIX, 1, after)
    if (first === undefined) return lanes
    const lane = first.key.split('/')[1]!
    lanes.push(lane)
    after = `${SPILL_PREFIX}${lane}/~`
  }
}

const LANE = '7f'
export const config = { hotTtlDays: 30, xapiRetentionDays: 2555 }
export const busy = new StorageError('the table is busy', { isRetriable: true })

type Sent = { event_type?: string; event_id?: string; user_id?: string; no?: string }

/** A lane with these requests, in the order of their arrival. */
export async function aLane(requests: Sent[][], lane = LANE) {
  const blobs = memoryBlobs()
  for (const [at, items] of requests.entries()) {
    const time = new Date(Date.parse(receivedAt) + at).toISOString()
    const reading = readNative(JSON.stringify(items), { receivedAt: time, context: {} })
    const arrival = { ...origin, receivedAt: time }
    const key = `${lanePrefix(lane)}${time}-${at}`
    await blobs.put(key, await writeSpilled({ reading, arrival }))
  }
  return blobs
}

export const click = (event_id: string, user_id = event_id): Sent => ({
  ...{ event_type: 'click', event_id, user_id },
})

/** A store that takes what it is given when `take` resolves; it remembers in which order, and how many at once. */
export function aStore(take: (record: EventRecord) => Promise<unknown> = async () => {}) {
  const stored: string[] = []
  let [underWay, most] = [0, 0]
  const append = async (records: readonly EventRecord[]) => {
    underWay += 1
    most = Math.max(most, underWay)
    try {
      await take(records[0]!)
    } finally {
      underWay -= 1
    }
    return records.map((record) => {
      if (stored.includes(record.eventId)) return { kind: 'duplicate' as const }
      stored.push(record.eventId)
      return { kind: 'stored' as const }
    })
  }
  return { events: { append } as unknown as EventStore, stored, most: () => most }
}

export function drain(blobs: BlobStore, events: EventStore, more: object = {}, maxMs = 10_000) {
  const { quarantine } = listedQuarantine()
  const waits: number[] = []
  const wait = (ms: number) => {
    waits.push(ms)
    return new Promise((resolve) => setTimeout(resolve, ms / 100))
  }
  const needs = { blobs, events, quarantine, config, clock: systemClock, log, wait, ...more }
  const drained = drainLane(needs, LANE, maxMs)
  return Object.assign(drained, { waits })
}

/** Resolves a little later. */
export const soon = () => new Promise((resolve) => setTimeout(resolve, 2))
