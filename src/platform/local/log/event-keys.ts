import { contentDigest, isComparedLater } from '../../../event/content'
import { type IndexedField, indexedFields } from '../../../event/filter'
import type { EventRecord, Kind } from '../../../event/record'

/**
 * Event keys are hashes that stand for values in the index. They are seeded with a secret of the
 * data directory: a sender that could predict them could send ids that pile up in one place
 * (measured: 10 times slower). A hash only proposes; what it finds is compared with the record
 * itself.
 */
export interface EventKeys {
  id(tenantId: string, eventId: string): bigint
  /** Hashes a `contentDigest`, to tell duplicate from conflict without reading the first one: even. */
  content(digest: string): bigint
  /** Hashes the text of an item whose digest is not known: odd (`sameness.ts`). */
  text(raw: string): bigint
  /** Hashes a value; only an absent one is 0. */
  value(value: string | undefined): number
  scope(tenantId: string, kind: Kind): number
  /** Makes an entry for a place in the log at which there is no event any more. */
  nothing(position: number): IndexEntry
}

export type HashedColumn = IndexedField | 'scope' | 'courseId' | 'memberId'
export const hashedColumns: readonly HashedColumn[] = [
  ...indexedFields,
  ...(['scope', 'courseId', 'memberId'] as const),
]

export function createEventKeys(secret: Uint8Array): EventKeys {
  const view = new DataView(secret.buffer, secret.byteOffset, secret.byteLength)
  const idSeed = view.getBigUint64(0)
  const valueSeed = view.getUint32(8)
  const contentSeed = BigInt(view.getUint32(12))
  const textSeed = view.getBigUint64(8)
  const value = (text: string | undefined) =>
    text === undefined ? 0 : Bun.hash.xxHash32(text, valueSeed) || 1
  const scopes = { event: new Map<string, number>(), entity: new Map<string, number>() }
  return {
    // NUL separates the ids: no tenant id holds one, so no two pairs run together.
    id: (tenantId, eventId) => Bun.hash.xxHash3(`${tenantId}\0${eventId}`, idSeed),
    content: (digest) => Bun.hash.xxHash3(digest, contentSeed) & ~1n,
    text: (raw) => Bun.hash.xxHash3(raw, textSeed) | 1n,
    value,
    scope(tenantId, kind) {
      const known = scopes[kind].get(tenantId)
      if (known !== undefined) return known
      const hash = value(`${kind}\0${tenantId}`)
      scopes[kind].set(tenantId, hash)
      return hash
    },
    nothing(position) {
      const hashes = Object.fromEntries(hashedColumns.map((column) => [column, 0]))
      // No tenant id begins with NUL.
      const id = Bun.hash.xxHash3(`\0${position}`, idSeed)
      return { id, content: 0n, time: Number.NaN, expires: 0, hashes: hashes as Hashes }
    },
  }
}

type Hashes = Record<HashedColumn, number>

export interface IndexEntry {
  id: bigint
  content: bigint
  /** The time is in ms since 1970, as is `expires`. */
  time: number
  expires: number
  hashes: Hashes
}

/** Makes what stands for the content of a record: its digest, or its text where that is put off. */
export function contentOf(keys: EventKeys, { raw, contentDigest: digest }: EventRecord): bigint {
  if (digest === undefined && isComparedLater(raw)) return keys.text(raw)
  return keys.content(digest ?? contentDigest(raw))
}

/** Makes the entry that the index holds of a record. @param content what `contentOf` made */
export function entryOf(keys: EventKeys, record: EventRecord, content: bigint): IndexEntry {
  return {
    id: keys.id(record.tenantId, record.eventId),
    content,
    time: Date.parse(record.eventTime),
    expires: timeOf(record.expiresAt),
    hashes: {
      actorId: keys.value(record.actorId),
      objectId: keys.value(record.objectId),
      type: keys.value(record.type),
      sessionId: keys.value(record.sessionId),
      groupId: keys.value(record.groupId),
      scope: keys.scope(record.tenantId, record.kind),
      courseId: keys.value(record.courseId),
      memberId: keys.value(record.memberId),
    },
  }
}

// The events of a request expire together, so the last answer is most often the next one.
let lastText = ''
let lastTime = 0

function timeOf(text: string): number {
  if (text === lastText) return lastTime
  lastText = text
  lastTime = Date.parse(text)
  return lastTime
}
