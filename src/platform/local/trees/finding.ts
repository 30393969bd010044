import { HASH_BYTES, SALT_BYTES } from '../../../merkle/hashes'
import { TILE } from '../../../merkle/tree'
import { inTurns, type Steps } from '../../../syntax/steps'
import type { FoundLeaf, KeptLeaf } from '../../trees'
import { type Facts, keyOf } from './growing'
import { unpackKind } from './kinds'
import type { TreeRow, TreeRows } from './rows'

// So many tiles are looked through at a time: 4,096 keys, in some 30 µs.
const TILES_A_STEP = 16
// So many tiles of leaves are read at a time: 1,024 leaves.
const TILES_READ = 4
// So many hours of a tenant are listed at a time.
const TREES_A_STEP = 100
const FEW = 8
export const AFTER_ALL = '~'

/** Leaves of an event in one tile. */
export interface Hit {
  tree: TreeRow
  at: number
  places: readonly number[]
  eventId: string
}

/** Finds leaves by the ids of their events. */
export function createFinding(rows: TreeRows) {
  function* trees(tenantId: string, from: string, until: string): Generator<TreeRow> {
    for (let next = from; ; ) {
      const some = rows.treesFrom(tenantId, next, until, TREES_A_STEP)
      yield* some
      if (some.length < TREES_A_STEP) return
      next = `${some.at(-1)!.hour} `
    }
  }

  function* hitsInTree(
    tree: TreeRow,
    wanted: ReadonlyMap<number, ReadonlySet<string>>,
  ): Steps<Hit[]> {
    const hits: Hit[] = []
    for (let at = 0; ; at += TILES_A_STEP) {
      const tiles = rows.keys(tree.id, at, TILES_A_STEP)
      for (const tile of tiles) hits.push(...hitsInTile(tree, tile, wanted))
      yield
      if (tiles.length < TILES_A_STEP) return hits
    }
  }

  function hitsInTile(
    tree: TreeRow,
    { at, keys }: { at: number; keys: Uint32Array },
    wanted: ReadonlyMap<number, ReadonlySet<string>>,
  ): Hit[] {
    const places = new Map<string, number[]>()
    let facts: Omit<Facts, 'keys'> | undefined
    // Few are looked for one by one, which takes a tenth of the time.
    const few = wanted.size > FEW ? keys : [...wanted.keys()].filter((key) => keys.includes(key))
    if (few.length === 0) return []
    for (let place = 0; place < keys.length; place += 1) {
      const ids = wanted.get(keys[place]!)
      if (ids === undefined) continue
      facts ??= rows.facts(tree.id, at, 1)[0]
      const eventId = facts?.ids[place]
      if (typeof eventId !== 'string' || !ids.has(eventId)) continue
      places.set(eventId, [...(places.get(eventId) ?? []), place])
    }
    return [...places].map(([eventId, own]) => ({ tree, at, places: own, eventId }))
  }

  /** Looks for events in an hour after the other, until all are found. */
  function* search(
    tenantId: string,
    eventIds: readonly string[],
    { from, until = AFTER_ALL }: { from: string; until?: string | undefined },
    isOver: (eventId: string) => boolean,
  ): Steps<Hit[]> {
    const wanted = new Map<number, Set<string>>()
    for (const id of eventIds) {
      const key = keyOf(id)
      wanted.set(key, (wanted.get(key) ?? new Set()).add(id))
    }
    const all: Hit[] = []
    for (const tree of trees(tenantId, from, until)) {
      const hits = yield* hitsInTree(tree, wanted)
      all.push(...hits)
      for (const { eventId } of hits) {
        if (!isOver(eventId)) continue
        const [key, ids] = [keyOf(eventId), wanted.get(keyOf(eventId))]
        ids?.delete(eventId)
        if (ids?.size === 0) wanted.delete(key)
      }
      if (wanted.size === 0) break
    }
    return all
  }

  function leavesOf(tree: number, { at, salts, kinds, ids }: Omit<Facts, 'keys'>): KeptLeaf[] {
    const hashes = rows.tile(tree, 0, at)
    return ids.map((id, place) => ({
      index: at * TILE + place,
      eventId: id ?? undefined,
      hash: hashes?.slice(place * HASH_BYTES, (place + 1) * HASH_BYTES) ?? new Uint8Array(),
      salt: id === null ? undefined : salts.slice(place * SALT_BYTES, (place + 1) * SALT_BYTES),
      ...unpackKind(kinds[place]!),
    }))
  }

  return {
    /** Finds all hits of these events, in every hour. */
    everywhere: (tenantId: string, eventIds: readonly string[]) =>
      inTurns(search(tenantId, eventIds, { from: '' }, () => false)),

    async find(
      tenantId: string,
      eventIds: readonly string[],
      from: string,
      until?: string,
    ): Promise<ReadonlyMap<string, readonly FoundLeaf[]>> {
      const hits = await inTurns(search(tenantId, eventIds, { from, until }, () => true))
      const found = new Map<string, FoundLeaf[]>()
      for (const { tree, at, places, eventId } of hits) {
        const [facts] = rows.facts(tree.id, at, 1)
        if (facts === undefined) continue
        const leaves = leavesOf(tree.id, facts)
        const own = places.flatMap((place) => leaves[place] ?? [])
        const before = found.get(eventId) ?? []
        found.set(eventId, [...before, ...own.map((leaf) => ({ ...leaf, hour: tree.hour }))])
      }
      return found
    },

    /** Gives the leaves of a tree from one on, up to another. */
    *leaves(tree: number, from: number, to: number): Generator<readonly KeptLeaf[]> {
      for (let at = Math.floor(from / TILE); at * TILE < to; at += TILES_READ) {
        const tiles = rows.facts(tree, at, TILES_READ)
        const leaves = tiles.flatMap((facts) => leavesOf(tree, facts))
        const asked = leaves.filter(({ index }) => index >= from && index < to)
        if (asked.length > 0) yield asked
        if (tiles.length < TILES_READ) return
      }
    },
  }
}

export type Finding = ReturnType<typeof createFinding>
