import { createHash, randomUUID } from 'node:crypto'
import type { DocumentKey, StoredDocument } from '../platform/document-store'
import type { SecretBox } from '../platform/secret-box'
import { canonicalJson } from '../syntax/canonical-json'
import type { AuditEntry, Audited } from './trail'

/** An entry as it is kept: the seal tells that we made it, for its hash can be computed by anybody. */
export type KeptEntry = AuditEntry & {
  /** The hash, sealed, in base64. */
  seal: string
}

/** The place of an entry in its chain. */
export interface Link {
  sequence: number
  hash: string
}

/** The first entry follows this. */
export const START: Link = { sequence: 0, hash: '0'.repeat(64) }

export const ENTRIES: DocumentKey = ['audit']
// So many digits count every safe integer.
const DIGITS = 16

export function keyOf(sequence: number): DocumentKey {
  return [...ENTRIES, String(sequence).padStart(DIGITS, '0')]
}

/** @returns undefined for a key that no entry of ours has */
export function sequenceOf(key: DocumentKey): number | undefined {
  const [, digits = ''] = key
  const sequence = Number(digits)
  return key.length === 2 && /^\d{16}$/.test(digits) && sequence > 0 ? sequence : undefined
}

// An entry says what was done; a whole policy or list stands elsewhere. A document in a row of DynamoDB is
// some kilobytes.
const MAX_DETAILS = 16 * 1024

/** Makes the entry that follows another. */
export function entryAfter(
  last: Link,
  tenantId: string,
  { action, by, target, details = {} }: Audited,
  { box, now }: { box: SecretBox; now: Date },
): KeptEntry {
  const content = {
    sequence: last.sequence + 1,
    id: `aud_${randomUUID().replaceAll('-', '')}`,
    ...{ at: now.toISOString(), action, by },
    ...(target !== undefined && { target }),
    details: bounded(details),
  }
  const hash = hashOf(tenantId, content, last.hash)
  const seal = Buffer.from(box.seal(hash, labelOf(tenantId))).toString('base64')
  return { ...content, hash, previous: last.hash, seal }
}

function bounded(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(details)
  if (text.length <= MAX_DETAILS) return JSON.parse(text) as Record<string, unknown>
  return { sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) }
}

/** Everything that stands in an entry counts, also what we would not have written. */
function hashOf(tenantId: string, content: object, previous: string): string {
  const text = canonicalJson(JSON.stringify({ ...content, tenantId }))
  return createHash('sha256').update(`${previous}\n${text}`).digest('hex')
}

const labelOf = (tenantId: string) => `audit of ${tenantId}`

/** Reads a document as an entry. @returns undefined when it is none */
export function readEntry({ bytes }: Pick<StoredDocument, 'bytes'>): KeptEntry | undefined {
  try {
    const entry = JSON.parse(Buffer.from(bytes).toString()) as KeptEntry | null
    return typeof entry === 'object' && typeof entry?.hash === 'string' ? entry : undefined
  } catch {
    return undefined
  }
}

/** Tells whether an entry says what it said when we made it. */
export function isGenuine(entry: KeptEntry, tenantId: string, box: SecretBox): boolean {
  const { hash, previous, seal, ...content } = entry
  try {
    if (hashOf(tenantId, content, previous) !== hash) return false
    return box.open(Buffer.from(seal, 'base64'), labelOf(tenantId)) === hash
  } catch {
    return false
  }
}

/** Leaves out what only we can read. */
export function shownEntry({ seal: _, ...entry }: KeptEntry): AuditEntry {
  return entry
}
