/** A root as others keep it: whoever has one can tell later whether the log of that hour was changed. */
export interface PublishedRoot {
  type: 'nonius/root/1'
  tenantId: string
  /** Counts the closed hours of the tenant from 1. */
  sequence: number
  /** `2026-11-30T02`, UTC. */
  hour: string
  treeSize: number
  /** Hashes are 64 hexadecimal digits (`merkle/proof.ts`). */
  root: string
  hash: string
  previous: string
  /** Ed25519 over the 32 bytes of `hash`, base64, where the operator has a key. */
  signature?: string | undefined
}

/** A place that is not ours to change: a file elsewhere, a bucket with object lock, a program of others. */
export interface RootSink {
  /** Names it in the log: without what is secret in an address. */
  readonly name: string
  /** Resolves once it is there. The same root may come again. @throws {Error} it comes again */
  put(root: PublishedRoot): Promise<void>
}
