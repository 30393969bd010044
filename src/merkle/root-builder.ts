import type { TreeHashing } from './hashes'

/** Computes the root of a tree from its leaves, one after the other, in the memory of some hashes. */
export interface RootBuilder {
  add(leafHash: Uint8Array): void
  /** Counts the leaves so far. */
  size(): number
  /** Computes the root over the leaves so far; more may be added after it. */
  root(): Uint8Array
}

export function createRootBuilder(hashing: TreeHashing): RootBuilder {
  // Full trees, the largest first: their sizes are the powers of two that the count is made of.
  const full: Uint8Array[] = []
  let count = 0
  return {
    size: () => count,

    add(leafHash) {
      let hash = leafHash
      for (let rest = count; rest % 2 === 1; rest = (rest - 1) / 2) {
        hash = hashing.node(full.pop()!, hash)
      }
      full.push(hash)
      count += 1
    },

    root() {
      const last = full.at(-1)
      if (last === undefined) return hashing.empty
      return full.slice(0, -1).reduceRight((right, left) => hashing.node(left, right), last)
    },
  }
}
