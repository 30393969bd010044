import type { TreeHashing } from './hashes'

/** A proof of inclusion says this, with hashes as bytes. */
export interface Inclusion {
  leafHash: Uint8Array
  leafIndex: number
  treeSize: number
  path: readonly Uint8Array[]
  root: Uint8Array
}

/**
 * Tells whether a leaf is at its place in a tree with this root (RFC 9162, section 2.1.3.2, which spells out
 * what RFC 6962 leaves to the reader). It holds for trees of up to 2^53 - 1 leaves.
 */
export function isIncluded(
  { leafHash, leafIndex, treeSize, path, root }: Inclusion,
  { node }: TreeHashing,
): boolean {
  if (!isCount(leafIndex) || !isCount(treeSize) || leafIndex >= treeSize) return false
  let [at, last] = [leafIndex, treeSize - 1]
  let hash = leafHash
  for (const sibling of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      hash = node(sibling, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      hash = node(hash, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && isSame(hash, root)
}

/** Two roots of one tree, the earlier first. */
export interface Consistency {
  from: { treeSize: number; root: Uint8Array }
  to: { treeSize: number; root: Uint8Array }
  path: readonly Uint8Array[]
}

/**
 * Tells whether the tree of the earlier root is the beginning of that of the later one: nothing in it was
 * changed, removed or put between (RFC 9162, section 2.1.4.2).
 */
export function isConsistent({ from, to, path }: Consistency, { node, empty }: TreeHashing) {
  if (!isCount(from.treeSize) || !isCount(to.treeSize) || from.treeSize > to.treeSize) return false
  if (from.treeSize === to.treeSize) return path.length === 0 && isSame(from.root, to.root)
  if (from.treeSize === 0) return path.length === 0 && isSame(from.root, empty)
  // A full tree stands in the later one as it is, and its root need not be said.
  const rest = isPowerOfTwo(from.treeSize) ? [from.root, ...path] : [...path]
  const first = rest.shift()
  if (first === undefined) return false
  let [at, last] = [from.treeSize - 1, to.treeSize - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  let [earlier, later] = [first, first]
  for (const sibling of rest) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      earlier = node(sibling, earlier)
      later = node(sibling, later)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      later = node(later, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && isSame(earlier, from.root) && isSame(later, to.root)
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
const half = (value: number) => Math.floor(value / 2)

function isPowerOfTwo(value: number): boolean {
  let power = 1
  while (power < value) power *= 2
  return power === value
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
