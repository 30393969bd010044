import type { RetentionClass } from '../../event/record'
import type { KeptHead, KeptLeaf, Trees } from '../../platform/trees'
import { HASH_BYTES, type TreeHashing } from '../hashes'
import type { ChainedRoot } from '../proof'
import { createRootBuilder } from '../root-builder'
import type { Roots } from '../roots/roots'
import type { LeafIndex } from './leaf-index'
import type { Faults } from './verdict'

export interface TreesNeeds {
  trees: Pick<Trees, 'heads' | 'leaves'>
  roots: Pick<Roots, 'walk'>
  hashing: TreeHashing
  index: LeafIndex
  faults: Faults
  /** How many days the lake keeps each class. */
  keptDays: Readonly<Record<RetentionClass, number>>
  now: Date
}

/** A tree as it was found. */
export interface FoundTree {
  hour: string
  /** It had so many leaves when it was looked at. */
  size: number
  /** Others vouch for this root: the chain, or the tree's own head while its hour is open. */
  root: string
  /** If true, its leaves give that root. */
  isSound: boolean
}

export interface CheckedTrees {
  found: FoundTree[]
  closed: number
  leaves: number
  forgotten: number
  last: ChainedRoot | undefined
}

const PAGE = 1000
const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
export const timeOfHour = (hour: string) => Date.parse(`${hour}:00:00.000Z`)

/** Holds the trees against the chain of their roots, and gives their leaves to the index. */
export async function checkTrees(needs: TreesNeeds, tenantId: string): Promise<CheckedTrees> {
  const { faults, index } = needs
  const chain = await checkChain(needs, tenantId)
  const heads = await headsOf(needs, tenantId)
  const checked: CheckedTrees = { ...{ found: [], closed: 0, leaves: 0, forgotten: 0 }, ...chain }
  for (const head of heads) {
    const { hour, isClosed } = head
    const chained = chain.byHour.get(hour)
    chain.byHour.delete(hour)
    if (isClosed) checked.closed += 1
    if (chained === undefined && isClosed && chain.last !== undefined && hour <= chain.last.hour) {
      const message = `The tree of ${hour} is closed, and no root of it is in the chain.`
      faults.add({ kind: 'added', place: 'tree', hour, message })
    }
    const tree = await checkTree(needs, tenantId, head, chained)
    checked.found.push(tree.found)
    checked.leaves += tree.found.size
    checked.forgotten += tree.forgotten
  }
  for (const hour of chain.byHour.keys()) {
    const message = `The tree of ${hour} is gone, and its root is in the chain.`
    faults.add({ kind: 'removed', place: 'tree', hour, message })
  }
  index.ready()
  return checked
}

async function checkChain({ roots, faults }: TreesNeeds, tenantId: string) {
  const byHour = new Map<string, ChainedRoot>()
  let last: ChainedRoot | undefined
  for await (const { root, fault } of roots.walk(tenantId)) {
    if (fault) faults.add({ ...fault, place: 'roots' })
    // A root that was tampered with vouches for nothing.
    if (root === undefined || fault !== undefined) continue
    byHour.set(root.hour, root)
    last = root
  }
  return { byHour, last }
}

/** Lists the trees, the oldest first. */
async function headsOf({ trees }: TreesNeeds, tenantId: string): Promise<KeptHead[]> {
  const heads: KeptHead[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await trees.heads(tenantId, { limit: PAGE, cursor })
    heads.push(...page.items)
    cursor = page.nextCursor
    if (cursor === undefined) return heads.reverse()
  }
}

async function checkTree(
  needs: TreesNeeds,
  tenantId: string,
  { hour, treeSize, root, isClosed }: KeptHead,
  chained: ChainedRoot | undefined,
): Promise<{ found: FoundTree; forgotten: number }> {
  const { trees, hashing, index, faults } = needs
  const size = chained?.treeSize ?? treeSize
  const expected = chained?.root ?? hex(root)
  const builder = createRootBuilder(hashing)
  let forgotten = 0
  let beyond = 0
  const isOver = overIn(needs, hour)
  for await (const leaves of trees.leaves(tenantId, hour, {
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
  })) {
    const known: Parameters<LeafIndex['add']>[0][number][] = []
    for (const leaf of leaves) {
      const { index: at, eventId, salt, hash, of } = leaf
      if (at >= size) {
        // An open tree that grows while we look is none of our concern.
        if (chained === undefined) break
        beyond += 1
        const message = `Leaf ${at} was added to the tree of ${hour} after it was closed with ${size}.`
        faults.add({ kind: 'added', place: 'tree', hour, ...(eventId && { eventId }), message })
        continue
      }
      // A tile that is gone leaves its leaves without a hash.
      if (hash.length === HASH_BYTES) builder.add(hash)
      if (eventId === undefined || salt === undefined) forgotten += 1
      else known.push({ eventId, salt, hash, of, index: at, hour, mayBeOver: isOver(leaf) })
    }
    index.add(known)
  }
  const found = { hour, size, root: expected, isSound: hex(builder.root()) === expected }
  // All but size and root of an hour is forgotten when nothing in it is kept any more.
  if (builder.size() === 0 && size > 0 && isLongAgo(needs, hour)) {
    return { found: { ...found, isSound: true }, forgotten: size }
  }
  if (builder.size() < size) {
    const message = `The tree of ${hour} had ${size} leaves, and has ${builder.size()}.`
    faults.add({ kind: 'removed', place: 'tree', hour, message })
  } else if (!found.isSound) {
    const message = `The leaves of ${hour} do not give its root${isClosed ? ' in the chain' : ''}: some were altered.`
    faults.add({ kind: 'altered', place: 'tree', hour, message })
  } else if (
    chained !== undefined &&
    beyond === 0 &&
    (hex(root) !== expected || treeSize !== size)
  ) {
    const message = `The tree of ${hour} says another root than the chain.`
    faults.add({ kind: 'altered', place: 'tree', hour, message })
  }
  return { found, forgotten }
}

/** Tells of leaves of an hour whether their event may have lived its time. */
function overIn({ keptDays, now }: TreesNeeds, hour: string) {
  const ageDays = (now.getTime() - timeOfHour(hour)) / DAY_MS
  return function isOver({ retentionClass, retentionDays }: KeptLeaf): boolean {
    return Math.min(keptDays[retentionClass], retentionDays ?? Number.POSITIVE_INFINITY) < ageDays
  }
}

/** Tells whether the shortest time that events are kept for has passed: no leaf says which class it was of. */
function isLongAgo({ keptDays, now }: TreesNeeds, hour: string): boolean {
  const shortest = Math.min(...Object.values(keptDays))
  return (now.getTime() - timeOfHour(hour)) / DAY_MS > shortest
}
