import type { Clock } from '../platform/clock'
import { type DocumentKey, type DocumentStore, MAX_LIFETIME_MS } from '../platform/document-store'
import type { SecretBox } from '../platform/secret-box'
import type { ExportJob, ExportStatus, Whose } from './export'

export interface StoredJob {
  job: ExportJob
  etag: string
}

export interface JobEntry extends Whose {
  status: ExportStatus
  createdAt: string
}

export interface JobStore {
  get(whose: Whose): Promise<StoredJob | undefined>
  /** Stores a job over the one that was read, or anew. @returns undefined when another was quicker */
  put(job: ExportJob, was?: string): Promise<string | undefined>
  /** Lists the jobs of a tenant, the latest first. */
  list(tenantId: string): Promise<JobEntry[]>
  remove(whose: Whose): Promise<void>
}

const PREFIX = 'exports'
const PAGE = 1000
// A document may live as long, less what the clocks of two processes differ by.
const KEPT_MS = MAX_LIFETIME_MS - 60_000

/** Keeps exports as documents for 30 days. What is in one is sealed: what was asked for may name a person. */
export function createJobStore(needs: {
  documents: DocumentStore
  box(): Promise<SecretBox>
  clock: Pick<Clock, 'now'>
}): JobStore {
  const { documents, box, clock } = needs
  const keyOf = ({ exportId }: Whose): DocumentKey => [PREFIX, exportId]
  const labelOf = ({ tenantId, exportId }: Whose) => `export ${tenantId} ${exportId}`

  return {
    async get(whose) {
      const found = await documents.get(whose.tenantId, keyOf(whose))
      if (found === undefined) return undefined
      const job = JSON.parse((await box()).open(found.bytes, labelOf(whose))) as ExportJob
      return { job, etag: found.etag }
    },

    async put(job, was) {
      const { tenantId, status, createdAt } = job
      const revision = job.revision + 1
      const content = {
        bytes: (await box()).seal(JSON.stringify({ ...job, revision }), labelOf(job)),
        contentType: 'application/octet-stream',
        metadata: { status, createdAt },
        expiresAt: new Date(Date.parse(createdAt) + KEPT_MS).toISOString(),
      }
      // A clock that was set back must not make it expire in more than the store takes.
      const latest = new Date(clock.now().getTime() + KEPT_MS).toISOString()
      if (content.expiresAt > latest) content.expiresAt = latest
      const condition = was === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: was }
      const outcome = await documents.put(tenantId, keyOf(job), content, condition)
      if (outcome.kind !== 'stored') return undefined
      job.revision = revision
      return outcome.etag
    },

    async list(tenantId) {
      const found: JobEntry[] = []
      let cursor: string | undefined
      do {
        const page = await documents.list(tenantId, [PREFIX], { limit: PAGE, cursor })
        for (const { key, metadata } of page.items) {
          const { status, createdAt = '' } = metadata
          const exportId = key[1] ?? ''
          found.push({ tenantId, exportId, status: status as ExportStatus, createdAt })
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
