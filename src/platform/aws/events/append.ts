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

/** What is in the table under a key: its content, and whether this call wrote it. */
interface Standing {
  hash: Uint8Array
  isOurs: boolean
}

const STORED = { kind: 'stored' } as const
const DUPLICATE = { kind: 'duplicate' } as const
const CONFLICT = { kind: 'conflict' } as const
const THROTTLED = { kind: 'throttled' } as const

// 64 bits: two calls that append the same event never draw the same.
const TOKEN_BYTES = 8

/** One conditional write a record; only of an id that is taken something is read as well. */
export function appendWith({ events, items, placeOf }: Needs) {
  return async function append(records: readonly EventRecord[]): Promise<AppendOutcome[]> {
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

  /** What stands under each item's key after it was offered; nothing of those nobody can tell. */
  async function standingOf(offered: readonly Item[], token: Uint8Array) {
    const written = await insertItems(events, offered)
    const standing = new Map<string, Standing>()
    const taken: string[] = []
    offered.forEach(({ k, h }, at) => {
      if (written[at] === 'stored') standing.set(k!.S!, { hash: h!.B!, isOurs: true })
      if (written[at] === 'held') taken.push(k!.S!)
    })
    // When a reply is lost, the SDK asks again and finds its own write: the token tells.
    for (const { k, h, w } of await readBack(taken)) {
      standing.set(k!.S!, { hash: h!.B!, isOurs: Buffer.compare(w!.B!, token) === 0 })
    }
    return standing
  }

  async function readBack(keys: readonly string[]): Promise<Iterable<Item>> {
    try {
      return (await readItems(events, keys, ['k', 'h', 'w'])).values()
    } catch (thrown) {
      // What was stored beside them is stored; of these, the caller asks again.
      if (thrown instanceof StorageError && thrown.isRetriable) return []
      throw thrown
    }
  }
}
