import { randomBytes } from 'node:crypto'
import type { BlobStore } from '../../blob-store'
import type { Clock } from '../../clock'
import { inParallel } from '../dynamo/in-parallel'
import { keyOf } from './hashing'
import { type HourKeys, listHours, rewriteLeaves } from './hours'
import { erasedOf, HOUR_MS, hourOf, keysAt, TREES } from './places'
import { packKeys, unpackKeys } from './write-hour'

interface Needs {
  blobs: BlobStore
  clock: Pick<Clock, 'now'>
}

/** Tells whether an event was erased that has no tree yet. @param storedAt ms since 1970 */
export type Pending = (tenantId: string, eventId: string, storedAt: number) => boolean

interface ErasedIds {
  tenantId: string
  eventIds: string[]
  /** ms since 1970 */
  at: number
}

const ERASED = `${TREES}erased/`
// The hour of an event that is erased is put together within a quarter of an hour after its end; a function that
// was late by two hours more finds what to leave out.
const PENDING_MS = 4 * HOUR_MS
const HOURS_AT_ONCE = 16
const LISTED = 1000
// Times of the table's stream are whole seconds.
const SECOND_MS = 1000

export function createErase({ blobs, clock }: Needs) {
  async function eraseIn(
    { tenantId, hour }: HourKeys,
    wanted: ReadonlySet<string>,
  ): Promise<number> {
    const held = await blobs.get(keysAt(tenantId, hour))
    if (held === undefined) return 0
    const asked = new Set([...wanted].map(keyOf))
    const keys = unpackKeys(held)
    const places = keys.flatMap((key, place) => (asked.has(key) ? [place] : []))
    if (places.length === 0) return 0
    const gone = await rewriteLeaves(blobs, { tenantId, hour }, places, ([id]) => {
      return id !== null && wanted.has(id)
    })
    for (const place of gone) keys[place] = 0n
    if (gone.length > 0) await blobs.put(keysAt(tenantId, hour), packKeys(keys))
    return gone.length
  }

  async function pendingOnes(): Promise<{ key: string; erased: ErasedIds }[]> {
    const found: { key: string; erased: ErasedIds }[] = []
    for (let after: string | undefined; ; ) {
      const page = await blobs.list(ERASED, LISTED, after)
      for (const { key } of page) {
        const bytes = await blobs.get(key)
        if (bytes === undefined) continue
        found.push({ key, erased: JSON.parse(Buffer.from(bytes).toString()) as ErasedIds })
      }
      if (page.length < LISTED) return found
      after = page.at(-1)!.key
    }
  }

  async function eraseFrom(
    tenantId: string,
    eventIds: readonly string[],
    from = '',
  ): Promise<number> {
    const wanted = new Set(eventIds)
    const hours = await listHours(blobs, tenantId, from)
    const counts = await inParallel(hours, HOURS_AT_ONCE, (hour) =>
      eraseIn({ tenantId, hour }, wanted),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  return {
    /** Forgets ids and salts of events, in all hours; those of hours that are to come are noted. */
    async erase(tenantId: string, eventIds: readonly string[]): Promise<{ removed: number }> {
      if (eventIds.length === 0) return { removed: 0 }
      const at = clock.now().getTime()
      const erased: ErasedIds = { tenantId, eventIds: [...eventIds], at }
      const key = `${erasedOf(tenantId)}${at}-${randomBytes(4).toString('hex')}`
      await blobs.put(key, Buffer.from(JSON.stringify(erased)))
      return { removed: await eraseFrom(tenantId, eventIds) }
    },

    async pending(): Promise<Pending> {
      const ids = new Map<string, number>()
      for (const { erased } of await pendingOnes()) {
        for (const id of erased.eventIds) {
          const name = `${erased.tenantId} ${id}`
          ids.set(name, Math.max(ids.get(name) ?? 0, erased.at))
        }
      }
      return (tenantId, eventId, storedAt) => {
        const at = ids.get(`${tenantId} ${eventId}`)
        // An event that was put back without its people was stored after that.
        return at !== undefined && storedAt < at - (at % SECOND_MS) + SECOND_MS
      }
    },

    /**
     * Erases once more from hours that were put together since, by a function that did not know yet, and
     * forgets what was noted when no such hour can come.
     */
    async settle(): Promise<void> {
      const now = clock.now().getTime()
      for (const { key, erased } of await pendingOnes()) {
        const { tenantId, eventIds, at } = erased
        if (at > now - PENDING_MS) continue
        await eraseFrom(tenantId, eventIds, hourOf(at - PENDING_MS))
        await blobs.delete(key)
      }
    },
  }
}
