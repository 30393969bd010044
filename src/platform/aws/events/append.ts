import { randomBytes } from 'node:crypto'
import { StorageError } from '../../../error/storage-error'
import type { EventRecord } from '../../../event/record'
import type { AppendOutcome } from '../../event-store'
import { contentHash, type createItems } from './item'
import { keyOf } from './keys'
import type { createPlaces } from './place'
import { readItems } from './read'
import { type EventTable, insertItems } from './write'
import type { Item } from './write-units'

interface Needs {
  events: EventTable
  items: ReturnType<typeof createItems>
  placeOf: ReturnType<typeof createPlaces>
}

/**
 * A standing says what is in the table under a key: its content, and whether this call wrote it.
 */
interface Standing {
  hash: Uint8Array
  isOurs: boolean
}

const STORED = { kind: 'stored' } as const
const DUPLICATE = { kind: 'duplicate' } as const
const CONFLICT = { kind: 'conflict' } as const
const THROTTLED = { kind: 'throttled' } as const

// A token has 64 bits: two calls that append the same event never draw the same.
const TOKEN_BYTES = 8

/** Makes one conditional write a record; something is read as well only of an id that is taken. */
export function appendWith({ events, items, placeOf }: Needs) {
  return async function append(
    records: readonly EventRecord[],
    // SKELETON: whole calls are still to come.
    _options: { whole?: boolean } = {},
  ): Promise<AppendOutcome[]> {
    const token = randomBytes(TOKEN_BYTES)
    const keys = records.map(({ tenantId, eventId }) => keyOf(tenantId, eventId))
    // Records that share an id share the item that the first of them wants to be.
    const firsts = new Map<string, { at: number; item: Item }>()
    for (const [at, record] of records.entries()) {
      const key = keys[at]!
      if (firsts.has(key)) continue
      firsts.set(key, {
        at,
        item: await items.toItem(record, { place: placeOf(record, key), token }),
      })
    }

    const standing = await standingOf(
      [...firsts.values()].map(({ item }) => item),
      token,
    )
    return records.map((record, at) => {
      const held = standing.get(keys[at]!)
      if (held === undefined) return THROTTLED
      if (held.isOurs && firsts.get(keys[at]!)!.at === at) return STORED
      return contentHash(record).equals(held.hash) ? DUPLICATE : CONFLICT
    })
  }

  /**
   * Finds what stands under each item's key after it was offered; nothing of those where it is not
   * known.
   */
  async function standingOf(offered: readonly Item[], token: Uint8Array) {
    const written = await insertItems(events, offered)
    const standing = new Map<string, Standing>()
    const taken: string[] = []
    offered.forEach(({ k, h }, at) => {
      if (written[at] === 'stored') standing.set(k!.S!, { hash: h!.B!, isOurs: true })
      if (written[at] === 'held') taken.push(k!.S!)
    })
    // The SDK asks again when a reply is lost, and finds its own write: the token tells.
    for (const { k, h, w } of await readBack(taken)) {
      standing.set(k!.S!, { hash: h!.B!, isOurs: Buffer.compare(w!.B!, token) === 0 })
    }
    return standing
  }

  async function readBack(keys: readonly string[]): Promise<Iterable<Item>> {
    try {
      return (await readItems(events, keys, ['k', 'h', 'w'])).values()
    } catch (thrown) {
      // The records beside them are stored; the caller asks again for these.
      if (thrown instanceof StorageError && thrown.isRetriable) return []
      throw thrown
    }
  }
}
