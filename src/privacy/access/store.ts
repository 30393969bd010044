import { createHash } from 'node:crypto'
import { comparableId } from '../../event/person-id'
import type { Clock } from '../../platform/clock'
import {
  type DocumentKey,
  type DocumentStore,
  MAX_LIFETIME_MS,
} from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import type { AccessRequest, AccessStatus, Whose } from './request'

export interface StoredRequest {
  request: AccessRequest
  etag: string
}

export interface RequestEntry extends Whose {
  status: AccessStatus
  createdAt: string
  /** Digests of the person's ids. */
  of: readonly string[]
}

export interface RequestStore {
  get(whose: Whose): Promise<StoredRequest | undefined>
  /** Stores a request over the one that was read, or anew. @returns false when another was quicker */
  put(request: AccessRequest, was?: string): Promise<string | undefined>
  /** Lists the requests of a tenant, the latest first. */
  list(tenantId: string): Promise<RequestEntry[]>
  remove(whose: Whose): Promise<void>
}

const PREFIX = ['privacy', 'access'] as const
const PAGE = 1000
// A document may live as long, less what the clocks of two processes differ by.
const KEPT_MS = MAX_LIFETIME_MS - 60_000
// Metadata has 2 KB; a request of more ids is found by its first.
const MAX_DIGESTS = 20

/**
 * Keeps requests as documents. What is in one is sealed, since it names a person; a status is kept for 30 days, the
 * files of its answer for `RESULT_DAYS`.
 */
export function createRequestStore(needs: {
  documents: DocumentStore
  box(): Promise<SecretBox>
  clock: Pick<Clock, 'now'>
}): RequestStore {
  const { documents, box, clock } = needs
  const keyOf = ({ accessId }: Whose): DocumentKey => [...PREFIX, accessId]
  const labelOf = ({ tenantId, accessId }: Whose) => `access ${tenantId} ${accessId}`

  return {
    async get(whose) {
      const found = await documents.get(whose.tenantId, keyOf(whose))
      if (found === undefined) return undefined
      const request = JSON.parse((await box()).open(found.bytes, labelOf(whose))) as AccessRequest
      return { request, etag: found.etag }
    },

    async put(request, was) {
      const { tenantId, status, createdAt, actorIds } = request
      const revision = request.revision + 1
      const text = JSON.stringify({ ...request, revision })
      const content = {
        bytes: (await box()).seal(text, labelOf(request)),
        contentType: 'application/octet-stream',
        metadata: {
          ...{ status, createdAt },
          of: actorIds
            .slice(0, MAX_DIGESTS)
            .map((id) => digestOf(tenantId, id))
            .join(' '),
        },
        expiresAt: new Date(Date.parse(createdAt) + KEPT_MS).toISOString(),
      }
      // A clock that was set back must not make it expire in more than the store takes.
      const latest = new Date(clock.now().getTime() + KEPT_MS).toISOString()
      if (content.expiresAt > latest) content.expiresAt = latest
      const condition = was === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: was }
      const outcome = await documents.put(tenantId, keyOf(request), content, condition)
      if (outcome.kind !== 'stored') return undefined
      request.revision = revision
      return outcome.etag
    },

    async list(tenantId) {
      const found: RequestEntry[] = []
      let cursor: string | undefined
      do {
        const page = await documents.list(tenantId, PREFIX, { limit: PAGE, cursor })
        for (const { key, metadata } of page.items) {
          const { status, createdAt = '', of = '' } = metadata
          const accessId = key[2] ?? ''
          found.push({
            ...{ tenantId, accessId, status: status as AccessStatus, createdAt },
            of: of.split(' '),
          })
        }
        cursor = page.nextCursor
      } while (cursor !== undefined)
      return found.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    },

    async remove(whose) {
      await documents.delete(whose.tenantId, keyOf(whose))
    },
  }
}

/** Names a person in metadata, which are not sealed; one tenant's digests say nothing of another's. */
export function digestOf(tenantId: string, actorId: string): string {
  const text = JSON.stringify([tenantId, comparableId(actorId)])
  return createHash('sha256').update(text).digest('base64url')
}
