/**
 * A tree has the events of one tenant that were stored within one hour (UTC), in the order of the feed. Its
 * hashing is that of RFC 6962, section 2.1, over SHA-256. All hashes are hexadecimal, 64 digits.
 */
export interface TreeHead {
  /** `2026-11-30T02`, by the clock of the server when it stored them. */
  hour: string
  treeSize: number
  root: string
  /** If false, the hour is not over, and the tree grows. */
  isClosed: boolean
}

/**
 * Proves that an event is in the tree of an hour: `leafHash` is SHA-256(0x00 ‖ salt ‖ SHA-256(raw)), where
 * `raw` is the item as it was sent, and `path` leads from it to `root` (RFC 6962, section 2.1.1).
 */
export interface InclusionProof {
  /** 32 hexadecimal digits. It is forgotten with the event, so that nobody can guess its content. */
  salt: string
  leafHash: string
  leafIndex: number
  treeSize: number
  path: string[]
  root: string
  hour: string
}

/** Roots of closed hours follow each other: each says the hash of the one before it. */
export interface ChainedRoot extends TreeHead {
  /** Counts the closed hours of the tenant from 1. */
  sequence: number
  /** SHA-256 over the root before it and this one; that of the first has 64 zeros before it. */
  hash: string
  previous: string
  /** ed25519 over `hash`, base64, where the operator has a key. */
  signature?: string | undefined
}
