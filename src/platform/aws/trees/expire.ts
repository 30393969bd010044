import type { RetentionClass } from '../../../event/record'
import type { BlobStore } from '../../blob-store'
import { inParallel } from '../dynamo/in-parallel'
import { dayOf, readAsked, SLACK_DAYS } from './asked'
import { readHead, type StoredHead, writeHead } from './head'
import { listHours, rewriteLeaves } from './hours'
import { askedOf, CHUNK, expiredAt, hashesAt, hourOf, keysAt, leavesAt, timeOf } from './places'
import { packKeys, type StoredLeaf, unpackKeys } from './write-hour'

const DAY_MS = 24 * 60 * 60 * 1000
const AT_ONCE = 16
const LISTED = 1000

/** For each class, the hour up to which its events were forgotten. */
type Through = Partial<Record<RetentionClass, string>>

/** Makes what forgets ids and salts of events whose days have passed, and in the end all of an hour but its head. */
export function createExpire({ blobs }: { blobs: BlobStore }) {
  async function readThrough(tenantId: string): Promise<Through> {
    const bytes = await blobs.get(expiredAt(tenantId))
    return bytes ? (JSON.parse(Buffer.from(bytes).toString()) as Through) : {}
  }

  /** Forgets all leaves of a class in an hour. */
  async function forget(tenantId: string, hour: string, own: RetentionClass): Promise<number> {
    const head = await readHead(blobs, tenantId, hour)
    if (head === undefined || !head.classes.includes(own)) return 0
    const classes = head.classes.filter((one) => one !== own)
    if (classes.length === 0) {
      await dropAll(tenantId, hour, head)
      return head.size
    }
    const gone = await forgetIf(tenantId, hour, head, (leaf) => leaf[3] === own)
    await writeHead(blobs, tenantId, hour, { ...head, classes })
    return gone
  }

  async function forgetIf(
    tenantId: string,
    hour: string,
    { size }: StoredHead,
    isGone: (leaf: StoredLeaf) => boolean,
  ): Promise<number> {
    const gone = await rewriteLeaves(blobs, { tenantId, hour }, 'all', isGone, size)
    const held = gone.length > 0 ? await blobs.get(keysAt(tenantId, hour)) : undefined
    if (held === undefined) return 0
    const keys = unpackKeys(held)
    for (const place of gone) keys[place] = 0n
    await blobs.put(keysAt(tenantId, hour), packKeys(keys))
    return gone.length
  }

  /** Forgets leaves whose sender asked that they are kept for less than their class is. */
  async function forgetAsked(tenantId: string, now: Date): Promise<number> {
    const today = dayOf(now.getTime())
    let removed = 0
    for (;;) {
      const page = await blobs.list(askedOf(tenantId), LISTED)
      const due = page.filter(({ key }) => readAsked(tenantId, key).due < today)
      for (const { key } of due) {
        const { hour, days } = readAsked(tenantId, key)
        const head = await readHead(blobs, tenantId, hour)
        if (head) removed += await forgetIf(tenantId, hour, head, (leaf) => leaf[4] === days)
        await blobs.delete(key)
      }
      if (due.length < LISTED) return removed
    }
  }

  async function dropAll(tenantId: string, hour: string, head: StoredHead) {
    await blobs.delete(keysAt(tenantId, hour))
    for (let chunk = 0; chunk * CHUNK < head.size; chunk += 1) {
      await blobs.delete(leavesAt(tenantId, hour, chunk))
      await blobs.delete(hashesAt(tenantId, hour, chunk))
    }
    await writeHead(blobs, tenantId, hour, { ...head, classes: [] })
  }

  return async function expire(
    tenantId: string,
    now: Date,
    keptDays: Readonly<Record<RetentionClass, number>>,
  ): Promise<{ removed: number }> {
    const through = await readThrough(tenantId)
    const before = JSON.stringify(through)
    let removed = await forgetAsked(tenantId, now)
    for (const [name, days] of Object.entries(keptDays)) {
      const own = name as RetentionClass
      const until = hourOf(now.getTime() - (days + SLACK_DAYS) * DAY_MS)
      const from = through[own] ?? ''
      if (until <= from) continue
      const hours = (await listHours(blobs, tenantId, from)).filter((hour) => hour < until)
      const counts = await inParallel(hours, AT_ONCE, (hour) => forget(tenantId, hour, own))
      removed += counts.reduce((sum, count) => sum + count, 0)
      through[own] = hourOf(timeOf(until))
    }
    const after = JSON.stringify(through)
    if (after !== before) await blobs.put(expiredAt(tenantId), Buffer.from(after))
    return { removed }
  }
}
