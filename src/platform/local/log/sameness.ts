import { contentDigest } from '../../../event/content'
import type { EventRecord } from '../../../event/record'
import type { Turns } from '../../turns'
import type { EventKeys, IndexEntry } from './event-keys'
import type { EventLog } from './event-log'
import { CAPACITY, type Position } from './generation'

/*
 * What stands for a content in the index is a digest of it, even, or a hash of its text, odd
 * (decisions/0121). Equal texts have equal contents. Only where an id comes again with another text,
 * both need their digests, which a commit does not wait for: the call is set aside meanwhile.
 */

/** Is an outcome that cannot be told without digests. */
export interface Doubt {
  /** The record has this place in its call. */
  at: number
  /** The place of what is held, where that has no digest; undefined where it has one. */
  position: Position | undefined
  /** If true, what is held is an earlier record of the call itself. */
  isOwn: boolean
}

/** A call has digests of what its records are compared with, as far as they are known. */
export interface Compared {
  records: readonly EventRecord[]
  entries: readonly IndexEntry[]
  /** By position; undefined for what cannot be read any more. */
  digests?: Map<Position, bigint | undefined>
}

export const isText = (content: bigint) => (content & 1n) === 1n

/** @returns whether two contents are the same; undefined where that takes the digest of either */
export function isSame(one: bigint, other: bigint): boolean | undefined {
  if (one === other) return true
  return isText(one) || isText(other) ? undefined : false
}

/**
 * Tells what stands for the content of a record that is held, to be compared with `own`.
 * @param hasTexts as its generation has them
 */
export function heldContent(
  { digests }: Pick<Compared, 'digests'>,
  { hasTexts, content, position }: { hasTexts: boolean; content: bigint; position: Position },
  own: bigint,
): bigint {
  // Before there were texts, digests had all of their bits.
  if (!hasTexts) return content & ~1n
  if (content === own || !digests?.has(position)) return content
  // An event that cannot be read any more cannot be told to be the same: the first stands.
  return digests.get(position) ?? UNREADABLE
}

// It is even, and stands for what was erased.
const UNREADABLE = 0n

// The digests of what is held are remembered for so many, 64 bytes each: those of a call, and of
// the next calls with the same ids.
const MAX_REMEMBERED = 8192

/** Makes what ends doubts: it reads what is held, in turns with other long reads. */
export function createComparing(needs: { log: EventLog; keys: EventKeys; turns: Turns }) {
  const { log, keys, turns } = needs
  const remembered = new Map<Position, bigint | undefined>()

  const digestOf = ({ contentDigest: digest, raw }: Pick<EventRecord, 'contentDigest' | 'raw'>) =>
    keys.content(digest ?? contentDigest(raw))

  function readAt(position: Position): EventRecord | undefined {
    const [recent] = log.recent.get(position, 1) ?? []
    if (recent !== undefined) return recent
    const number = Math.floor(position / CAPACITY)
    const generation = log.newestFirst().find((one) => one.number === number)
    return generation?.read(position - generation.base)
  }

  function heldDigest(position: Position): bigint | undefined {
    if (remembered.has(position)) return remembered.get(position)
    const record = readAt(position)
    const digest = record && digestOf(record)
    remembered.set(position, digest)
    if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value!)
    return digest
  }

  /**
   * Finds the digests by which these doubts end. What is held, and the record in doubt, are at most
   * so large that a digest takes a millisecond (`isComparedLater`): none is read of what is larger.
   * @throws {StorageError} when what is held cannot be read for now
   */
  return async function compare(call: Compared, doubts: readonly Doubt[]): Promise<void> {
    const { records, entries } = call
    const turn = turns.begin(records[0]!.tenantId)
    await turn.next()
    const isDigest = ({ content }: IndexEntry) => !isText(content)
    const repeated = new Set<bigint>()
    call.digests ??= new Map()
    for (const { at, position, isOwn } of doubts) {
      if (turn.isOver()) await turn.next()
      const entry = entries[at]!
      if (!isDigest(entry)) entry.content = digestOf(records[at]!)
      if (isOwn) repeated.add(entry.id)
      else if (position !== undefined) call.digests.set(position, heldDigest(position))
    }
    if (repeated.size === 0) return
    for (const [at, entry] of entries.entries()) {
      if (!repeated.has(entry.id) || isDigest(entry)) continue
      if (turn.isOver()) await turn.next()
      entry.content = digestOf(records[at]!)
    }
  }
}
