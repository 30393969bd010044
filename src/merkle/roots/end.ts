import type { DocumentStore } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import { FIRST_LINK, type RootLink } from './chain'

const KEY = ['audit-roots-end']

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put'>
  box(): Promise<SecretBox>
}

/** The end of a chain, sealed: whoever can write documents alone cannot shorten a chain unseen. */
export interface KeptEnd {
  link: RootLink
  /** If false, there is none, or another hand wrote it. */
  isKept: boolean
  etag?: string | undefined
}

export function createEnds({ documents, box }: Needs) {
  const labelOf = (tenantId: string) => `end of the roots of ${tenantId}`

  async function read(tenantId: string): Promise<KeptEnd> {
    const document = await documents.get(tenantId, KEY)
    if (document === undefined) return { link: FIRST_LINK, isKept: false }
    const { bytes, etag } = document
    try {
      const text = (await box()).open(bytes, labelOf(tenantId))
      return { link: JSON.parse(text) as RootLink, isKept: true, etag }
    } catch {
      // It was overwritten, or sealed under another key: the roots are there all the same.
      return { link: FIRST_LINK, isKept: false, etag }
    }
  }

  return {
    read,

    /** Moves the end on; of several that do so at once, the furthest stays. */
    async advance(tenantId: string, link: RootLink): Promise<void> {
      for (;;) {
        const { link: known, isKept, etag } = await read(tenantId)
        if (isKept && known.sequence >= link.sequence) return
        const bytes = (await box()).seal(JSON.stringify(link), labelOf(tenantId))
        const content = { bytes, contentType: 'application/octet-stream' }
        const condition = etag === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: etag }
        const { kind } = await documents.put(tenantId, KEY, content, condition)
        if (kind === 'stored') return
      }
    },
  }
}

export type Ends = ReturnType<typeof createEnds>
