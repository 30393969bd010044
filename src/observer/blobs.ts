import { createHash } from 'node:crypto'
import { AppError } from '../error/app-error'
import type { Governance } from '../governance/governance'
import type { Clock } from '../platform/clock'
import type { DocumentStore, StoredDocument } from '../platform/document-store'
import { type BlobPlace, blobKey } from './blob-place'
import { createFormerBlobs, sinceOf } from './former-blobs'

/** A blob has at most 4 MiB of JSON: the largest frame that Learning Observer takes (aiohttp's default). */
export const MAX_BLOB_BYTES = 4 * 1024 * 1024

// A learner has a few windows, and a save may lose as often as others save at the same moment.
const MOST_TRIES = 8

/** A save is kept, or withheld by a rule of the tenant. */
export type SavedBlob =
  | { kind: 'saved'; sha256: string; bytes: number }
  | { kind: 'withheld'; rule: string }

/** The store holds what clients save for a learner, a source and an activity. */
export interface Blobs {
  /**
   * Puts a blob in place of the one that is there, which is kept for a day. The last write wins.
   * @param json the value as its frame has it, in its own characters
   * @returns once it is durable
   * @throws {AppError} `too_large`
   * @throws {StorageError}
   */
  save(tenantId: string, place: BlobPlace, json: string): Promise<SavedBlob>
  /**
   * Reads a blob as it was saved.
   * @param before ISO 8601 UTC; the one that stood at this time, as far as it is kept; now when left out
   * @returns undefined when there is none
   * @throws {StorageError}
   */
  read(tenantId: string, place: BlobPlace, before?: string): Promise<string | undefined>
}

export interface BlobsNeeds {
  documents: Pick<DocumentStore, 'get' | 'put' | 'list'>
  /** Without it, nothing is withheld. */
  governance?: Pick<Governance, 'forbids'> | undefined
  clock: Clock
}

/** Keeps blobs as documents. */
export function createBlobs({ documents, governance, clock }: BlobsNeeds): Blobs {
  const former = createFormerBlobs({ documents, clock })

  return {
    async save(tenantId, place, json) {
      const bytes = Buffer.from(json)
      if (bytes.length > MAX_BLOB_BYTES) throw tooLarge(bytes.length)
      const rule = await governance?.forbids(tenantId, place.userId)
      if (rule !== undefined) return { kind: 'withheld', rule }
      const key = blobKey(place)
      for (let tries = 1; ; tries += 1) {
        const held = await documents.get(tenantId, key)
        const saves = held === undefined ? 1 : savesOf(held) + 1
        const isSame = held !== undefined && Buffer.compare(held.bytes, bytes) === 0
        if (held !== undefined && !isSame) await former.keep(tenantId, held)
        const since = isSame ? sinceOf(held) : clock.now().toISOString()
        const content = {
          ...{ bytes, contentType: 'application/json' },
          metadata: { ...learnerIn(place), since, saves: String(saves) },
        }
        // Whoever wrote meanwhile has a version to keep, too; who loses all the time writes all the same.
        const condition = held === undefined ? NONE : { ifMatch: held.etag }
        const isLast = tries === MOST_TRIES
        const put = await documents.put(tenantId, key, content, isLast ? undefined : condition)
        if (put.kind === 'mismatch') continue
        if (saves % former.everySaves === 0) await former.thin(tenantId, key)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        return { kind: 'saved', sha256, bytes: bytes.length }
      }
    },

    async read(tenantId, place, before) {
      const key = blobKey(place)
      const held = await documents.get(tenantId, key)
      const isAsked = before === undefined || (held !== undefined && sinceOf(held) <= before)
      const found = isAsked ? held : await former.at(tenantId, key, before!)
      return found && Buffer.from(found.bytes).toString()
    },
  }
}

const NONE = { ifNoneMatch: '*' } as const

function savesOf({ metadata }: StoredDocument): number {
  return Number(metadata.saves) || 0
}

// Metadata have 2048 bytes as JSON (`MAX_METADATA_BYTES`).
const MAX_LEARNER_BYTES = 1500

/** Says whose it is to whoever looks at the document; one with a longer id is found by its key alone. */
function learnerIn({ userId }: BlobPlace): { learner?: string } {
  const learner = userId.toWellFormed()
  return Buffer.byteLength(JSON.stringify(learner)) > MAX_LEARNER_BYTES ? {} : { learner }
}

function tooLarge(size: number): AppError {
  const message = `May take ${MAX_BLOB_BYTES} bytes of JSON; takes ${size}`
  const errors = [{ path: ['blob'], message, code: 'too_large' }]
  return new AppError('too_large', `blob: ${message}.`, { errors })
}
