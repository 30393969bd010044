import { randomBytes } from 'node:crypto'
import type { EventRecord } from '../../../event/record'
import type { Clock } from '../../clock'
import type { AppendOutcome } from '../../event-store'
import { contentHash, type createItems } from './item'
import type { createPlaces } from './place'
import type { Standing, standingsWith } from './standing'
import type { EventTable } from './write'
import type { Item } from './write-units'

export interface AppendNeeds {
  events: EventTable
  items: ReturnType<typeof createItems>
  placeOf: ReturnType<typeof createPlaces>
  standingsOf: ReturnType<typeof standingsWith>
  clock: Clock
  /** A transaction has so many items at most (`transaction.ts`). */
  maxTogether?: number | undefined
}

const STORED = { kind: 'stored' } as const
const DUPLICATE = { kind: 'duplicate' } as const
const CONFLICT = { kind: 'conflict' } as const
const THROTTLED = { kind: 'throttled' } as const

// A token has 64 bits: two calls that append the same event never draw the same.
export const TOKEN_BYTES = 8

/** An offer has what a call would store. */
export interface Offer {
  records: readonly EventRecord[]
  /** The keys are those of the records. */
  keys: readonly string[]
  /** Each key has an item: that of its first record, which may not be the only one. */
  items: ReadonlyMap<string, Item>
  token: Uint8Array
}

/** Makes items of the records of a call. `reserve` is how many bytes of each item stay free. */
export async function offerOf(
  { items, placeOf }: AppendNeeds,
  { records, keys, reserve = 0 }: Pick<Offer, 'records' | 'keys'> & { reserve?: number },
): Promise<Offer> {
  const token = randomBytes(TOKEN_BYTES)
  const firsts = new Map<string, Item>()
  for (const [at, record] of records.entries()) {
    const key = keys[at]!
    if (firsts.has(key)) continue
    const place = placeOf(record, key)
    firsts.set(key, await items.toItem(record, { place, token, reserve }))
  }
  return { records, keys, items: firsts, token }
}

/** Tells the outcome of each record by what stands under its key. */
export function outcomesOf(
  { records, keys }: Offer,
  standing: ReadonlyMap<string, Standing>,
): AppendOutcome[] {
  const met = new Set<string>()
  return records.map((record, at) => {
    const key = keys[at]!
    const isFirst = !met.has(key)
    met.add(key)
    const held = standing.get(key)
    if (held === undefined) return THROTTLED
    if (held.isOurs && isFirst) return STORED
    return contentHash(record).equals(held.hash) ? DUPLICATE : CONFLICT
  })
}
