import type { DocumentStore, PutCondition } from '../platform/document-store'
import type { SecretBox } from '../platform/secret-box'
import { type Link, START } from './entry'

/** The head remembers where a trail ends, so that it is seen when its last entries are gone. */
export interface Head {
  last: Link
  /** Entries up to this one are in the lake. */
  recorded: number
  /** Entries up to this one were forgotten for their age. */
  base: Link
}

const KEY = ['audit-head']
const EMPTY: Head = { last: START, recorded: 0, base: START }

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put'>
  box(): Promise<SecretBox>
}

/** Keeps the heads, sealed: whoever can write documents alone cannot shorten a trail unseen. */
export function createHeads({ documents, box }: Needs) {
  const labelOf = (tenantId: string) => `audit head of ${tenantId}`

  async function read(tenantId: string): Promise<{ head: Head; etag?: string; isKept: boolean }> {
    const document = await documents.get(tenantId, KEY)
    if (document === undefined) return { head: EMPTY, isKept: false }
    const { bytes, etag } = document
    try {
      const text = (await box()).open(bytes, labelOf(tenantId))
      return { head: JSON.parse(text) as Head, etag, isKept: true }
    } catch {
      // It was overwritten by another hand, or sealed under another key: entries are there all the same.
      return { head: EMPTY, etag, isKept: false }
    }
  }

  async function put(tenantId: string, head: Head, condition: PutCondition) {
    const bytes = (await box()).seal(JSON.stringify(head), labelOf(tenantId))
    const content = { bytes, contentType: 'application/octet-stream' }
    return documents.put(tenantId, KEY, content, condition)
  }

  return {
    read,

    /** Makes the head before there is an entry, so that none is ever without one. */
    async begin(tenantId: string): Promise<void> {
      await put(tenantId, EMPTY, { ifNoneMatch: '*' })
    },

    /** Moves a head on; several processes that do so at once leave the furthest. */
    async advance(tenantId: string, to: Partial<Head>): Promise<void> {
      for (;;) {
        const { head, etag } = await read(tenantId)
        const next = furthest(head, to)
        const isSame = next.last.sequence === head.last.sequence
        const isKnown = isSame && next.recorded === head.recorded
        if (isKnown && next.base.sequence === head.base.sequence) return
        const condition = etag === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: etag }
        const { kind } = await put(tenantId, next, condition)
        if (kind === 'stored') return
      }
    },
  }
}

export type Heads = ReturnType<typeof createHeads>

function furthest(head: Head, to: Partial<Head>): Head {
  const later = (one: Link, other: Link = one) => (other.sequence > one.sequence ? other : one)
  return {
    last: later(head.last, to.last),
    recorded: Math.max(head.recorded, to.recorded ?? 0),
    base: later(head.base, to.base),
  }
}
