import { createHash } from 'node:crypto'
import type { DocumentKey, StoredDocument } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import type { ChainedRoot, TreeHead } from '../proof'

/** A root as it is kept: the seal tells that we chained it, for its hash can be computed by anybody. */
export type KeptRoot = ChainedRoot & {
  /** The hash, sealed, in base64. */
  seal: string
}

/** The end of a chain, or a place in it. */
export interface RootLink {
  sequence: number
  hash: string
  /** `2026-11-30T02`; empty before the first. */
  hour: string
}

/** The first root follows this. */
export const FIRST_LINK: RootLink = { sequence: 0, hash: '0'.repeat(64), hour: '' }

export const ROOTS: DocumentKey = ['audit-roots']
// So many digits count every safe integer, as with entries of the trail.
const DIGITS = 16

export function keyOfRoot(sequence: number): DocumentKey {
  return [...ROOTS, String(sequence).padStart(DIGITS, '0')]
}

type Said = Pick<ChainedRoot, 'sequence' | 'hour' | 'treeSize' | 'root'>

/**
 * Computes the hash of a root: SHA-256 over the hash before it, a line feed, and what it says as JSON with
 * these members in this order and no white space. Whoever has the roots can do the same.
 */
export function hashOfRoot(tenantId: string, previous: string, said: Said): string {
  const { hour, root, sequence, treeSize } = said
  const text = JSON.stringify({ hour, root, sequence, tenantId, treeSize })
  return createHash('sha256').update(`${previous}\n${text}`).digest('hex')
}

const labelOf = (tenantId: string) => `root of ${tenantId}`

/** Makes the root that follows another. @param sign signs the hash, where the operator has a key */
export function rootAfter(
  last: RootLink,
  tenantId: string,
  { hour, treeSize, root }: TreeHead,
  { box, sign }: { box: SecretBox; sign?: ((hash: string) => string) | undefined },
): KeptRoot {
  const said = { sequence: last.sequence + 1, hour, treeSize, root }
  const hash = hashOfRoot(tenantId, last.hash, said)
  const seal = Buffer.from(box.seal(hash, labelOf(tenantId))).toString('base64')
  const signature = sign?.(hash)
  return {
    ...{ ...said, isClosed: true, hash, previous: last.hash },
    ...(signature !== undefined && { signature }),
    seal,
  }
}

/** Reads a document as a root. @returns undefined when it is none */
export function readRoot({ bytes }: Pick<StoredDocument, 'bytes'>): KeptRoot | undefined {
  try {
    const root = JSON.parse(Buffer.from(bytes).toString()) as KeptRoot | null
    return typeof root === 'object' && typeof root?.hash === 'string' ? root : undefined
  } catch {
    return undefined
  }
}

/** Tells whether a root says what it said when we chained it. */
export function isOurs(kept: KeptRoot, tenantId: string, box: SecretBox): boolean {
  try {
    if (hashOfRoot(tenantId, kept.previous, kept) !== kept.hash) return false
    return box.open(Buffer.from(kept.seal, 'base64'), labelOf(tenantId)) === kept.hash
  } catch {
    return false
  }
}

/** Leaves out what only we can read. */
export function shownRoot({ seal: _, ...root }: KeptRoot): ChainedRoot {
  return root
}
