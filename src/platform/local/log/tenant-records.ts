import type { EventRecord } from '../../../event/record'
import type { EventKeys } from './event-keys'
import type { EventLog } from './event-log'
import { CAPACITY, type Generation, type Position } from './generation'
import type { FiledSegment } from './segment-file'

/** A record as it was found; it may be another tenant's, since the index only proposes. */
export interface Found {
  place: Position
  storedAt: number
  /** Absent where it is damaged, or was erased. */
  record: EventRecord | undefined
}

/**
 * Finds the records of a tenant one after the other, in the order of the log. What others have
 * stored between them is neither unpacked nor decoded where that is most of a segment.
 */
export interface TenantRecords {
  /** Finds the first from `from` on, before `end`. */
  next(from: Position, end: Position): Found | undefined
}

// Segments are listed by these many records: listing costs as much as reading one of them.
const LISTED = { records: 1024, bytes: 4 * 1024 * 1024 }

// Decoding a whole segment costs as much as finding an eighth of its records one by one (measured).
const SPARSE = 8

export function recordsOfTenant(log: EventLog, keys: EventKeys, tenantId: string): TenantRecords {
  const scopes = [keys.scope(tenantId, 'event'), keys.scope(tenantId, 'entity')]
  /** The next place of each scope in this generation, looked for from no later than `from`. */
  let found: Position[] = []
  let number = -1
  let listed: readonly FiledSegment[] = []
  let decoded: { position: Position; records: readonly (EventRecord | undefined)[] } | undefined

  function nextIn({ number: here, base, index }: Generation, from: Position): Position {
    if (here !== number) found = scopes.map(() => -1)
    number = here
    const column = index.hashes.scope
    for (const [at, scope] of scopes.entries()) {
      if (found[at]! >= from) continue
      const offset = column.indexOf(scope, Math.max(0, from - base))
      found[at] = offset < 0 ? Number.POSITIVE_INFINITY : base + offset
    }
    return Math.min(...found)
  }

  function nextPlace(from: Position, end: Position) {
    for (const generation of log.newestFirst().toReversed()) {
      const past = generation.base + generation.index.count
      if (past <= from) continue
      const place = nextIn(generation, from)
      if (place < Math.min(past, end)) return { generation, place }
    }
    return undefined
  }

  const isIn = ({ position, count }: FiledSegment, place: Position) =>
    position <= place && place < position + count

  function segmentOf(place: Position): FiledSegment | undefined {
    const known = listed.find((segment) => isIn(segment, place))
    if (known !== undefined) return known
    listed = log.segmentsFrom(place, LISTED)
    // The list leaves out what is damaged, and may begin after it.
    return listed.find((segment) => isIn(segment, place))
  }

  function isSparse({ index }: Generation, { first, count }: FiledSegment): boolean {
    const hashes = index.hashes.scope.subarray(first, first + count)
    return hashes.filter((hash) => scopes.includes(hash)).length * SPARSE < count
  }

  function recordIn(segment: FiledSegment, generation: Generation, place: Position) {
    const { position } = segment
    if (decoded?.position !== position) {
      decoded = undefined
      if (isSparse(generation, segment)) {
        const [recent] = log.recent.get(place, 1) ?? []
        return recent ?? generation.read(place - generation.base)
      }
      decoded = { position, records: log.recordsOf(segment) ?? [] }
    }
    return decoded.records[place - position]
  }

  return {
    next(from, end) {
      const next = nextPlace(from, end)
      if (next === undefined) return undefined
      const { generation, place } = next
      const segment = segmentOf(place)
      const record = segment && recordIn(segment, generation, place)
      return { place, storedAt: segment?.storedAt ?? 0, record }
    },
  }
}

/** Tells when the record before a place was stored. @returns undefined where nobody can say */
export function storedBefore(log: EventLog, place: Position): number | undefined {
  const number = Math.floor((place - 1) / CAPACITY)
  const generation = log.newestFirst().find((one) => one.number === number)
  return generation?.storedAt(place - 1 - generation.base)
}
