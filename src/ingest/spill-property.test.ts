import { expect, it } from 'bun:test'
import fc from 'fast-check'
import { memoryBlobs } from '../../tests/support/blobs'
import { drainAll } from '../../tests/support/drain'
import { clock, origin, receivedAt } from '../../tests/support/ingest'
import { StorageError } from '../error/storage-error'
import { sameContent } from '../event/content'
import type { EventRecord } from '../event/record'
import type { EventStore } from '../platform/event-store'
import type { QuarantinedItem, QuarantineStore } from '../platform/quarantine-store'
import { readNative } from '../standards/native/parse'
import { silentLog as log } from '../telemetry/log'
import { createIngestReading } from './ingest-reading'

/**
 * Each call of a store is done, fails, or is done and its answer is lost; at the end all go well.
 */
type Luck = 'well' | 'before' | 'after'

function fragileWorld(script: Luck[]) {
  const luck = [...script]
  const blobs = memoryBlobs()
  const log: EventRecord[] = []
  const quarantined = new Map<string, QuarantinedItem>()

  async function withLuck<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const how = luck.shift() ?? 'well'
    if (how === 'before') throw new StorageError('it never began', { isRetriable: true })
    const result = await work()
    if (how === 'after') throw new StorageError('the answer was lost', { isRetriable: true })
    return result
  }

  function append(record: EventRecord) {
    const held = log.find(({ eventId }) => eventId === record.eventId)
    if (held === undefined) log.push(record)
    if (held === undefined) return { kind: 'stored' } as const
    return { kind: sameContent(held.raw, record.raw) ? 'duplicate' : 'conflict' } as const
  }

  const events = {
    append: (records: readonly EventRecord[]) =>
      // The append takes two goes, so that a call can fail with half of it done.
      withLuck(() => records.slice(0, 2).map(append)).then(async (some) => [
        ...some,
        ...(records.length > 2 ? await withLuck(() => records.slice(2).map(append)) : []),
      ]),
  } as unknown as EventStore
  const quarantine = {
    put: (items: readonly QuarantinedItem[]) =>
      withLuck(() => items.forEach((item) => void quarantined.set(item.quarantineId, item))),
  } as unknown as QuarantineStore
  const fragile = {
    put: (key: string, bytes: Uint8Array) => withLuck(() => blobs.put(key, bytes)),
    get: (key: string) => withLuck(() => blobs.get(key)),
    list: (prefix: string, limit: number, after?: string) =>
      withLuck(() => blobs.list(prefix, limit, after)),
    delete: (key: string) => withLuck(() => blobs.delete(key)),
  }
  const mend = () => void luck.splice(0)
  return { events, quarantine, blobs: fragile, log, quarantined, spilled: blobs.held, mend }
}

// Ids and contents are few, so that requests repeat and contradict each other.
const item = fc.oneof(
  fc.record({
    event_type: fc.constantFrom('click', 'view'),
    event_id: fc.constantFrom('a', 'b', 'c', 'd'),
  }),
  fc.constant({ no: 'event' }),
)
// Most calls go well, or nothing would ever get as far as the sweep.
const luck = fc.constantFrom<Luck[]>('well', 'well', 'well', 'before', 'after')
const step = fc.oneof(
  { weight: 1, arbitrary: fc.array(item, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constant('sweep' as const) },
)

it('every item of an acknowledged request is stored once or in quarantine, whatever fails when', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 10 }),
      fc.array(luck, { maxLength: 60 }),
      async (steps, script) => {
        const world = fragileWorld(script)
        const needs = { ...world, config: { hotTtlDays: 30, xapiRetentionDays: 2555 }, clock, log }
        const ingest = createIngestReading({ ...needs, spill: world.blobs })
        const sweep = () => drainAll(needs)
        const acknowledged: string[] = []
        for (const one of steps) {
          try {
            if (one === 'sweep') await sweep()
            else {
              const body = JSON.stringify(one)
              await ingest(readNative(body, { receivedAt, context: {} }), origin)
              acknowledged.push(...one.map((part) => JSON.stringify(part)))
            }
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(StorageError)
          }
        }
        world.mend()
        await sweep()
        expect(world.spilled.size).toBe(0)

        const stored = world.log.map(({ raw }) => raw)
        const quarantined = [...world.quarantined.values()].map(({ raw }) => raw)
        expect(new Set(world.log.map(({ eventId }) => eventId)).size).toBe(stored.length)
        for (const raw of acknowledged) {
          expect([stored.includes(raw), quarantined.includes(raw)].filter(Boolean)).toHaveLength(1)
        }
      },
    ),
    { numRuns: 500 },
  )
})
