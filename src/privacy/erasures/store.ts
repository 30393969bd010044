import type { DocumentKey, DocumentStore } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import type { Erasure, Whose } from './erasure'

export interface StoredErasure {
  erasure: Erasure
  etag: string
}

/** The things of an erasure that name people, sealed; they are forgotten when it is over. */
export const sealedKinds = ['people', 'events', 'attachments', 'aside'] as const
export type SealedKind = (typeof sealedKinds)[number]

export interface ErasureStore {
  get(whose: Whose): Promise<StoredErasure | undefined>
  /** Stores an erasure over the one that was read, or anew. @returns false when somebody changed it */
  put(erasure: Erasure, was?: StoredErasure): Promise<boolean>
  /** Lists the ids of a tenant's, the latest first. */
  list(tenantId: string): Promise<Whose[]>
  /** Lists those of all tenants that are not over, the oldest first. */
  open(): Promise<Whose[]>
  /** Tells that it is open, before it is put, or over, after that. */
  setOpen(whose: Whose, isOpen: boolean): Promise<void>
  /** Adds a part to what is kept sealed of one kind. @param name names the part; the same again replaces it */
  seal(whose: Whose, kind: SealedKind, name: string, content: unknown): Promise<void>
  /** Reads what was sealed, part by part. */
  sealed(whose: Whose, kind: SealedKind): AsyncGenerator<{ name: string; content: unknown }>
  unsealed(whose: Whose, kind: SealedKind, name: string): Promise<void>
  /** Forgets what was sealed, of one kind or all. */
  forget(whose: Whose, kind?: SealedKind): Promise<void>
}

const PREFIX = 'erasures'
const SEALED = 'erasure-parts'
const ROOT = 'privacy'
// No id of a tenant is this text (see access/people/issuers.ts).
const INSTALLATION = '*'
const OPEN = 'open-erasures'
const PAGE = 1000
const JSON_TYPE = 'application/json'

interface Needs {
  documents: DocumentStore
  box(): Promise<SecretBox>
}

/** Each erasure is a document of its tenant. Calls throw as those of the documents do. */
export function createErasureStore({ documents, box }: Needs): ErasureStore {
  const keyOf = ({ erasureId }: Whose): DocumentKey => [ROOT, PREFIX, erasureId]
  const openKey = ({ tenantId, erasureId }: Whose): DocumentKey => [OPEN, erasureId, tenantId]
  const partsOf = ({ erasureId }: Whose, kind?: SealedKind): DocumentKey =>
    kind === undefined ? [ROOT, SEALED, erasureId] : [ROOT, SEALED, erasureId, kind]
  const labelOf = ({ tenantId, erasureId }: Whose, kind: SealedKind) =>
    `erasure ${tenantId} ${erasureId} ${kind}`

  async function* keysUnder(tenantId: string, prefix: DocumentKey) {
    let cursor: string | undefined
    do {
      const page = await documents.list(tenantId, prefix, { limit: PAGE, cursor })
      for (const { key } of page.items) yield key
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }

  return {
    async get(whose) {
      const document = await documents.get(whose.tenantId, keyOf(whose))
      if (document === undefined) return undefined
      const erasure = JSON.parse(Buffer.from(document.bytes).toString()) as Erasure
      return { erasure, etag: document.etag }
    },

    async put(erasure, was) {
      const bytes = Buffer.from(JSON.stringify({ ...erasure, step: erasure.step + 1 }))
      const condition = was === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: was.etag }
      const content = { bytes, contentType: JSON_TYPE }
      const { kind } = await documents.put(erasure.tenantId, keyOf(erasure), content, condition)
      return kind === 'stored'
    },

    async list(tenantId) {
      const found: Whose[] = []
      for await (const key of keysUnder(tenantId, [ROOT, PREFIX])) {
        found.push({ tenantId, erasureId: key[2]! })
      }
      return found.reverse()
    },

    async open() {
      const found: Whose[] = []
      for await (const [, erasureId, tenantId] of keysUnder(INSTALLATION, [OPEN])) {
        found.push({ tenantId: tenantId!, erasureId: erasureId! })
      }
      return found
    },

    async setOpen(whose, isOpen) {
      if (!isOpen) return void (await documents.delete(INSTALLATION, openKey(whose)))
      const content = { bytes: Buffer.from('{}'), contentType: JSON_TYPE }
      await documents.put(INSTALLATION, openKey(whose), content)
    },

    async seal(whose, kind, name, content) {
      const bytes = (await box()).seal(JSON.stringify(content), labelOf(whose, kind))
      const key = [...partsOf(whose, kind), name]
      const contentType = 'application/octet-stream'
      await documents.put(whose.tenantId, key, { bytes, contentType })
    },

    async *sealed(whose, kind) {
      for await (const key of keysUnder(whose.tenantId, partsOf(whose, kind))) {
        const document = await documents.get(whose.tenantId, key)
        if (document === undefined) continue
        const text = (await box()).open(document.bytes, labelOf(whose, kind))
        yield { name: key[4]!, content: JSON.parse(text) as unknown }
      }
    },

    async unsealed(whose, kind, name) {
      await documents.delete(whose.tenantId, [...partsOf(whose, kind), name])
    },

    async forget(whose, kind) {
      await documents.deletePrefix(whose.tenantId, partsOf(whose, kind))
    },
  }
}
