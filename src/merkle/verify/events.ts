import { createHash } from 'node:crypto'
import { HASH_BYTES, SALT_BYTES, type TreeHashing } from '../hashes'
import type { IndexedLeaf, LeafIndex } from './leaf-index'
import { timeOfHour } from './trees'
import type { Faults } from './verdict'

/** An event as it was found at a place. */
export interface WalkedEvent {
  eventId: string
  /** The kept text, or SHA-256 of it, 64 hexadecimal digits, where an engine has computed that. */
  kept: { raw: string } | { sha256: string }
  /** ISO 8601 UTC. */
  receivedAt: string
}

/** A place holds copies of events: the hot store, the lake. */
export interface WalkedPlace {
  name: string
  /** Gives every event of a tenant that is there, some at a time. */
  events(tenantId: string): AsyncIterable<readonly WalkedEvent[]>
  /** Tells whether an event that was stored in an hour must still be there. */
  holds(hour: string, eventId: string): boolean
  /** Sentences say what could not be read there. */
  problems?(): readonly string[]
}

/** A leaf that is in the tree does not fit the event that is kept. */
export interface Mismatch {
  leaf: IndexedLeaf
  /** The leaf would fit if it were this. */
  fitting: Uint8Array
  place: string
}

export interface EventsNeeds {
  index: LeafIndex
  faults: Faults
  hashing: TreeHashing
  /** The first tree is of this hour; events from before it have no leaf. */
  firstHour: string | undefined
}

export interface Walked {
  /** Counts the events that were read. */
  events: number
  unproven: number
  mismatches: Mismatch[]
  /** These have no leaf in the index; they may have been stored after it was made. */
  strangers: WalkedEvent[]
  /** By row of the index, 1 where its event was found. */
  seen: Uint8Array
}

// So many are remembered, to be looked at again; of more, each is a fault at once.
const MOST_STRANGERS = 10_000
const MOST_MISMATCHES = 1000

/** Reads all events at a place, and holds each against its leaf. */
export async function walkPlace(
  { index, faults, hashing, firstHour }: EventsNeeds,
  place: WalkedPlace,
  tenantId: string,
): Promise<Walked> {
  const walked: Walked = {
    ...{ events: 0, unproven: 0, mismatches: [], strangers: [] },
    seen: new Uint8Array(1024),
  }
  const begun = firstHour === undefined ? '' : new Date(timeOfHour(firstHour)).toISOString()
  for await (const events of place.events(tenantId)) {
    walked.events += events.length
    const found = index.find(events.map(({ eventId }) => eventId))
    for (const [at, event] of events.entries()) judge(event, found[at]!)
  }
  return walked

  function judge(event: WalkedEvent, leaves: readonly IndexedLeaf[]) {
    if (leaves.length === 0) {
      if (event.receivedAt < begun) walked.unproven += 1
      else if (walked.strangers.length < MOST_STRANGERS) walked.strangers.push(event)
      else faults.add(strangerAt(place.name, event))
      return
    }
    for (const { row } of leaves) mark(row)
    const digest = digestOf(event)
    if (leaves.some((leaf) => isLeafOf(leaf, digest, hashing))) return
    // Where there are two, the second stands for the text that is kept.
    const leaf = leaves.findLast(({ of }) => of === 'kept') ?? leaves.at(-1)!
    const { eventId } = event
    if (walked.mismatches.length < MOST_MISMATCHES) {
      const fitting = leafHash(leaf.salt, digest, hashing)
      walked.mismatches.push({ leaf, fitting, place: place.name })
    } else faults.add(alteredAt(place.name, eventId, leaf.hour))
  }

  function mark(row: number) {
    if (row >= walked.seen.length) {
      const larger = new Uint8Array(Math.max(row + 1, walked.seen.length * 2))
      larger.set(walked.seen)
      walked.seen = larger
    }
    walked.seen[row] = 1
  }
}

/** Computes SHA-256 of the kept text. */
export function digestOf({ kept }: Pick<WalkedEvent, 'kept'>): Uint8Array {
  return 'raw' in kept
    ? createHash('sha256').update(kept.raw).digest()
    : Buffer.from(kept.sha256, 'hex')
}

export function strangerAt(place: string, { eventId }: Pick<WalkedEvent, 'eventId'>) {
  const message = `Event ${eventId} is in the ${place}, and no tree has a leaf of it: it was put there behind our back, or its leaf was removed.`
  return { kind: 'added', place, eventId, message } as const
}

export function alteredAt(place: string, eventId: string, hour: string) {
  const message = `Event ${eventId} in the ${place} is not as it was when it was stored.`
  return { kind: 'altered', place, eventId, hour, message } as const
}

function leafHash(salt: Uint8Array, digest: Uint8Array, hashing: TreeHashing): Uint8Array {
  const data = new Uint8Array(SALT_BYTES + HASH_BYTES)
  data.set(salt)
  data.set(digest, SALT_BYTES)
  return hashing.leaf(data)
}

/** Tells whether a leaf stands for a text. @param digest SHA-256 of it */
export function isLeafOf(
  { salt, hash }: Pick<IndexedLeaf, 'salt' | 'hash'>,
  digest: Uint8Array,
  hashing: TreeHashing,
): boolean {
  return Buffer.compare(leafHash(salt, digest, hashing), hash) === 0
}

/** Names events whose leaf is in a tree, and who are not at a place that must have them. */
export function* missingAt(
  { name, holds }: Pick<WalkedPlace, 'name' | 'holds'>,
  { seen }: Pick<Walked, 'seen'>,
  index: Pick<LeafIndex, 'all'>,
): Generator<IndexedLeaf & { place: string }> {
  for (const leaf of index.all()) {
    if (seen[leaf.row] === 1 || leaf.mayBeOver || !holds(leaf.hour, leaf.eventId)) continue
    // Two leaves of an event would name it twice.
    if (leaf.of === 'kept') continue
    yield { ...leaf, place: name }
  }
}
