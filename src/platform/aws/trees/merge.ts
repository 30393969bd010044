import { createHash } from 'node:crypto'
import type { Log } from '../../../telemetry/log'
import type { BlobStore } from '../../blob-store'
import type { Clock } from '../../clock'
import { inParallel } from '../dynamo/in-parallel'
import { GRACE_MS } from './add'
import type { Pending } from './erase'
import { keyOf } from './hashing'
import { readHead } from './head'
import { BATCHES, HOUR_MS, hourOf, keysAt, timeOf } from './places'
import { type LeafRow, packLines, unpackLines } from './rows'
import { unpackKeys, writeHour } from './write-hour'

interface Needs {
  blobs: BlobStore
  clock: Pick<Clock, 'now' | 'monotonic'>
  log: Log
  /** Lists what was erased in the last hours: it gets leaves without id and salt. */
  pending(): Promise<Pending>
}

// So many bytes of batches are read for one pass, some hundred thousand leaves: a few hundred megabytes in
// memory. An hour of more is read as often as that takes, each time for a range of keys.
const PASS_BYTES = 48 * 1024 * 1024
const READ_AT_ONCE = 8
const LISTED = 1000
const KEYS = 2n ** 64n

/**
 * Puts the trees of hours together that are over, of all tenants, from what batches left. Leaves are in the
 * order of their keys, whichever way batches were cut. It may end at any point, and is repeated then: a head
 * is written last, and what an hour was made from goes after that.
 */
export function createMerge({ blobs, clock, log, pending }: Needs) {
  async function listHour(hour: string) {
    const found: { key: string; bytes: number }[] = []
    for (let after: string | undefined; ; ) {
      const page = await blobs.list(`${BATCHES}${hour}/`, LISTED, after)
      found.push(...page)
      if (page.length < LISTED) return found
      after = page.at(-1)!.key
    }
  }

  /** Finds the oldest hour that waits. */
  async function oldest(): Promise<string | undefined> {
    const [first] = await blobs.list(BATCHES, 1)
    return first?.key.slice(BATCHES.length).split('/')[0]
  }

  async function* rowsOf(objects: readonly { key: string }[]): AsyncGenerator<LeafRow> {
    for (let at = 0; at < objects.length; at += READ_AT_ONCE) {
      const some = objects.slice(at, at + READ_AT_ONCE)
      const bodies = await inParallel(some, READ_AT_ONCE, ({ key }) => blobs.get(key))
      for (const body of bodies) if (body !== undefined) yield* unpackLines<LeafRow>(body)
    }
  }

  async function mergeHour(hour: string): Promise<void> {
    const objects = await listHour(hour)
    const bytes = objects.reduce((sum, one) => sum + one.bytes, 0)
    const passes = BigInt(Math.max(1, Math.ceil(bytes / PASS_BYTES)))
    const erased = await pending()
    const writers = new Map<string, ReturnType<typeof writeHour>>()
    const late: LeafRow[] = []
    /** Has the keys of a tree that an earlier run has made. */
    const made = new Map<string, Set<bigint> | undefined>()

    async function keysMade(tenantId: string): Promise<Set<bigint> | undefined> {
      if (made.has(tenantId)) return made.get(tenantId)
      const isMade = (await readHead(blobs, tenantId, hour)) !== undefined
      const held = isMade ? await blobs.get(keysAt(tenantId, hour)) : undefined
      const keys = isMade ? new Set(held && unpackKeys(held)) : undefined
      made.set(tenantId, keys)
      return keys
    }

    for (let pass = 0n; pass < passes; pass += 1n) {
      const [from, to] = [(KEYS * pass) / passes, (KEYS * (pass + 1n)) / passes]
      const rows: { key: bigint; row: LeafRow }[] = []
      for await (const row of rowsOf(objects)) {
        const { tenantId, storedAt } = row
        const key = keyOf(row.eventId!)
        if (key < from || key >= to) continue
        const isErased = erased(tenantId, row.eventId!, storedAt)
        rows.push({ key, row: isErased ? { ...row, eventId: null, salt: '' } : row })
      }
      for (const { key, row } of sorted(rows)) {
        const { tenantId } = row
        const known = await keysMade(tenantId)
        if (known !== undefined) {
          if (!known.has(key) && row.eventId !== null) late.push(row)
          continue
        }
        let writer = writers.get(tenantId)
        if (writer === undefined) {
          writer = writeHour(blobs, tenantId, hour)
          writers.set(tenantId, writer)
        }
        await writer.add(row)
      }
    }
    for (const writer of writers.values()) await writer.end()
    if (late.length > 0) await putLate(hour, late)
    await inParallel(objects, READ_AT_ONCE, ({ key }) => blobs.delete(key))
    log.info('the trees of an hour are closed', { hour, tenants: writers.size })
  }

  /** A tree that is closed takes no more leaves: they are of the hour that it is now. */
  async function putLate(hour: string, rows: readonly LeafRow[]) {
    const name = createHash('sha256').update(`late ${hour}`).digest('hex').slice(0, 32)
    await blobs.put(`${BATCHES}${hourOf(clock.now().getTime())}/${name}`, packLines(rows))
    log.warn('leaves came after their hour was closed, and are of this one', {
      hour,
      leaves: rows.length,
    })
  }

  return async function merge(until: number): Promise<{ merged: number }> {
    for (let merged = 0; ; merged += 1) {
      const hour = await oldest()
      const isOver =
        hour !== undefined && clock.now().getTime() >= timeOf(hour) + HOUR_MS + GRACE_MS
      if (!isOver || clock.monotonic() >= until) return { merged }
      await mergeHour(hour)
    }
  }
}

/** Sorts leaves by key, an event's together, its `sent` one first; of an event that came twice, one stays. */
function* sorted(rows: { key: bigint; row: LeafRow }[]): Generator<{ key: bigint; row: LeafRow }> {
  rows.sort((a, b) => {
    if (a.key !== b.key) return a.key < b.key ? -1 : 1
    const [one, other] = [nameOf(a.row), nameOf(b.row)]
    return one < other ? -1 : one > other ? 1 : 0
  })
  let last: string | undefined
  for (const one of rows) {
    const name = nameOf(one.row)
    // One that was erased may be there again, without its people.
    if (name !== last || one.row.eventId === null) yield one
    last = name
  }
}

const nameOf = ({ tenantId, eventId, of }: LeafRow) =>
  JSON.stringify([tenantId, eventId, of === 'sent' ? 0 : 1])
