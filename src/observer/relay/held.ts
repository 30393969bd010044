import { createHash } from 'node:crypto'
import type { Clock } from '../../platform/clock'
import type { Connection } from '../../platform/connections'
import {
  type DocumentEntry,
  type DocumentKey,
  type DocumentStore,
  MAX_LIFETIME_MS,
} from '../../platform/document-store'
import type { Sent } from '../frame'
import { WAITING_PLACE } from '../journal'
import { type Locked, nothingLocked } from '../lock'
import { nextLook } from '../machine'
import type { ObserverState } from '../state'

/** Something that a connection comes to, and that is dealt with in its turn. */
export type Coming =
  /** A frame came. */
  | Omit<Sent, 'n'>
  /** The connection ended, ISO 8601 UTC. */
  | { end: string }
  /** Time passed, and nothing else did. */
  | { tick: string }
  /** It stands in a document of its own, by this name. */
  | { name: string }

/** A connection as it is between two frames. */
export interface Held {
  connection: Connection
  state: ObserverState
  /** These are numbered, in this order, and being dealt with; whoever finds them without a turn deals with them again. */
  inHand: Coming[]
  /** It was this time, ISO 8601 UTC, when they were taken in hand: whoever does it again comes to the same. */
  takenAt?: string | undefined
  /** Somebody deals with them until then, ISO 8601 UTC, at the latest. */
  turn?: { by: string; until: string } | undefined
  /** Documents of these frames are to be removed: they are dealt with. */
  done?: string[] | undefined
  endedAt?: string | undefined
}

export interface Place {
  tenantId: string
  connectionId: string
}

// The form can change with a later version.
const FORM = 1
// API Gateway ends every connection after two hours, and does not always say so.
const LIFETIME_MS = 2 * 60 * 60 * 1000 + 5 * 60_000
/** Frames that were on their way when their connection ended come within this time. */
export const LATE_MS = 2 * 60_000
// Fields that are longer are written when they change, and not with every frame: the extension locks 5 KB.
const SHORT = 512

/** Keeps connections as documents. Every method throws `StorageError`. */
export function createHelds({
  documents,
  clock,
}: {
  documents: Pick<DocumentStore, 'get' | 'put' | 'deletePrefix'>
  clock: Clock
}) {
  const expiresAt = () => new Date(clock.now().getTime() + MAX_LIFETIME_MS).toISOString()
  // A function has one connection's frames, mostly; what was locked by others is read when it is wanted.
  let latest: { of: string; locked: Locked } | undefined

  /** Writes what is locked apart, where it is long. @returns what stands for it */
  async function lockedOut({ tenantId, connectionId }: Place, locked: Locked) {
    const text = JSON.stringify(locked)
    if (text.length <= SHORT) return locked
    const apart = createHash('sha256').update(text).digest('base64url')
    const of = JSON.stringify([tenantId, connectionId, apart])
    if (latest?.of !== of) {
      const content = { bytes: Buffer.from(text), contentType: JSON_TYPE, expiresAt: expiresAt() }
      await documents.put(tenantId, [...keyOf(connectionId), 'locked', apart], content)
      latest = { of, locked }
    }
    return { apart }
  }

  async function lockedIn({ tenantId, connectionId }: Place, written: Locked | { apart: string }) {
    if (!('apart' in written)) return written
    const of = JSON.stringify([tenantId, connectionId, written.apart])
    if (latest?.of === of) return latest.locked
    const key = [...keyOf(connectionId), 'locked', written.apart]
    const found = await documents.get(tenantId, key)
    // Its learner was erased meanwhile.
    if (found === undefined) return nothingLocked
    const locked = JSON.parse(Buffer.from(found.bytes).toString()) as Locked
    latest = { of, locked }
    return locked
  }

  return {
    /** @returns undefined when none is known */
    async read(place: Place): Promise<{ held: Held; etag: string } | undefined> {
      const found = await documents.get(place.tenantId, keyOf(place.connectionId))
      if (found === undefined) return undefined
      const { form: _, ...written } = JSON.parse(Buffer.from(found.bytes).toString())
      const locked = await lockedIn(place, written.state.locked)
      return { held: { ...written, state: { ...written.state, locked } }, etag: found.etag }
    },

    /**
     * Writes a connection over the version that has this etag; as a new one, without.
     * @returns the new etag; undefined when somebody else has written meanwhile
     */
    async put(place: Place, held: Held, etag: string | undefined): Promise<string | undefined> {
      const { tenantId, connectionId } = place
      const locked = await lockedOut(place, held.state.locked)
      const text = JSON.stringify({ form: FORM, ...held, state: { ...held.state, locked } })
      const look = new Date(lookOf(held, clock.now())).toISOString()
      const content = {
        ...{ bytes: Buffer.from(text), contentType: JSON_TYPE, metadata: { look } },
        expiresAt: expiresAt(),
      }
      const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag }
      const put = await documents.put(tenantId, keyOf(connectionId), content, condition)
      return put.kind === 'stored' ? put.etag : undefined
    },

    /** Forgets a connection, with all that is under it. */
    async forget({ tenantId, connectionId }: Place): Promise<void> {
      await documents.deletePrefix(tenantId, keyOf(connectionId))
    },
  }
}

const JSON_TYPE = 'application/json'

export function keyOf(connectionId: string): DocumentKey {
  return [...WAITING_PLACE, connectionId]
}

/** Tells from when on somebody has to look after a connection, ISO 8601 UTC. */
export function lookIn({ metadata }: DocumentEntry): string {
  return metadata.look ?? ''
}

/** Tells whether a connection is over: it ended, and nothing of it can be on its way; or it is older than any. */
export function isPast({ state, endedAt }: Held, now: Date): boolean {
  return (endedAt === undefined ? overAt(state) : Date.parse(endedAt) + LATE_MS) <= now.getTime()
}

function overAt({ openedAt }: ObserverState): number {
  return Date.parse(openedAt) + LIFETIME_MS
}

/** Tells when somebody has to look after a connection of which nothing more is heard, ms since 1970. */
function lookOf({ state, inHand, turn, endedAt }: Held, now: Date): number {
  if (turn !== undefined) return Date.parse(turn.until)
  if (inHand.length > 0) return now.getTime()
  if (endedAt !== undefined) return Date.parse(endedAt) + LATE_MS
  const over = overAt(state)
  return Math.min(nextLook(state) ?? over, over)
}
