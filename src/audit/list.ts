import { AppError } from '../error/app-error'
import { type KeptEntry, type Link, shownEntry } from './entry'
import type { AuditEntry, AuditFilter, AuditTrail } from './trail'

interface Needs {
  entryAt(tenantId: string, sequence: number): Promise<KeptEntry | undefined>
  endOf(tenantId: string): Promise<Link>
}

// So many are looked at for a page: a second or so of reads where none of them is asked for.
const MAX_LOOKED_AT = 1000
// So many are read at a time: on AWS, where each is a call of some milliseconds.
const AT_ONCE = 50

/** Reads entries backwards, for they are counted without a gap. */
export function createList({ entryAt, endOf }: Needs): AuditTrail['list'] {
  return async function list(tenantId, { limit, cursor }, filter = {}) {
    const isAsked = matcherOf(filter)
    const before = filter.from === undefined ? '' : dayBefore(filter.from)
    let next = cursor === undefined ? (await endOf(tenantId)).sequence : placeIn(cursor)
    const oldest = Math.max(0, next - MAX_LOOKED_AT)
    const items: AuditEntry[] = []
    while (next > oldest) {
      const count = Math.min(AT_ONCE, next - oldest)
      const sequences = Array.from({ length: count }, (_, i) => next - i)
      const found = await Promise.all(sequences.map((sequence) => entryAt(tenantId, sequence)))
      for (const entry of found) {
        next -= 1
        if (entry === undefined) continue
        if (entry.at < before) return { items }
        if (isAsked(entry)) items.push(shownEntry(entry))
        if (items.length === limit) return pageOf(items, next)
      }
      // Older ones were forgotten, or removed: `verify` tells which.
      if (found.every((entry) => entry === undefined)) return { items }
    }
    return pageOf(items, next)
  }
}

function pageOf(items: AuditEntry[], next: number) {
  return { items, ...(next > 0 && { nextCursor: String(next) }) }
}

/** Times of entries ascend, but for a clock that was set back: nobody sets one back by a day. */
function dayBefore(time: string): string {
  return new Date(Date.parse(time) - 24 * 60 * 60 * 1000).toISOString()
}

/** A cursor is the number of the next entry: whoever makes one up reads what they may read anyway. */
function placeIn(cursor: string): number {
  if (/^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor)
  throw new AppError('invalid_cursor', 'Use nextCursor as it was given.', {
    errors: [{ path: ['cursor'], message: 'Not a cursor of the trail', code: 'invalid_cursor' }],
  })
}

function matcherOf({ action, by, target, people, from, to }: AuditFilter) {
  const prefix = action?.endsWith('.*') ? action.slice(0, -1) : undefined
  return function isAsked(entry: AuditEntry): boolean {
    if (prefix !== undefined && !entry.action.startsWith(prefix)) return false
    if (prefix === undefined && action !== undefined && entry.action !== action) return false
    if (by !== undefined && entry.by !== by) return false
    if (target !== undefined && entry.target !== target) return false
    if (people !== undefined && !people.some((one) => entry.details.person === one)) return false
    if (from !== undefined && entry.at < from) return false
    return to === undefined || entry.at < to
  }
}
