/** A hash has so many bytes, and a salt so many. */
export const HASH_BYTES = 32
export const SALT_BYTES = 16

/**
 * Computes SHA-256 of bytes. Each platform gives its own, since the fastest way differs between Bun and
 * Node by a factor of five for the short inputs of a tree.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** Hashes as a tree asks for them (RFC 6962, section 2.1). */
export interface TreeHashing {
  /** Hashes a leaf: SHA-256(0x00 ‖ data). A leaf of ours has as data a salt and then a digest. */
  leaf(data: Uint8Array): Uint8Array
  /** Hashes two nodes: SHA-256(0x01 ‖ left ‖ right). */
  node(left: Uint8Array, right: Uint8Array): Uint8Array
  /** The root of a tree without leaves: SHA-256 of nothing. */
  readonly empty: Uint8Array
}

// Leaves and nodes are hashed with another first byte, so that no node passes for a leaf.
const LEAF = 0x00
const NODE = 0x01

/** Makes the hashing of trees over a way to compute SHA-256. */
export function treeHashing(sha256: Sha256): TreeHashing {
  const pair = new Uint8Array(1 + 2 * HASH_BYTES)
  pair[0] = NODE
  return {
    leaf(data) {
      const bytes = new Uint8Array(1 + data.length)
      bytes[0] = LEAF
      bytes.set(data, 1)
      return sha256(bytes)
    },

    node(left, right) {
      pair.set(left, 1)
      pair.set(right, 1 + HASH_BYTES)
      return sha256(pair)
    },

    empty: sha256(new Uint8Array()),
  }
}
