import type { DocumentStore } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import { eachAtOnce } from './at-once'

const PLACE = 'pseudonyms'
const CONTENT_TYPE = 'application/octet-stream'

/** A row says who is behind a pseudonym. */
export interface Row {
  id: string
  /** The pseudonym that a former key, still held then, gave the same person. */
  former?: string | undefined
}

/** The encrypted table: a document for each pseudonym, which opens under its own name alone. */
export interface Table {
  /** Resolves once the row is durable; one that is there already stays. @param mark finds the rows of a person */
  add(tenantId: string, pseudonym: string, row: Row, mark: string): Promise<void>
  get(tenantId: string, pseudonym: string): Promise<Row | undefined>
  remove(tenantId: string, pseudonyms: readonly string[]): Promise<number>
  /** Finds the pseudonyms of these marks, by going through the table without opening it. */
  marked(tenantId: string, marks: ReadonlySet<string>): Promise<string[]>
}

/** So many rows are written or removed at once. */
const AT_ONCE = 16
const PAGE = 1000

export function createTable({
  documents,
  box,
}: {
  documents: DocumentStore
  box: SecretBox
}): Table {
  const keyOf = (pseudonym: string) => ['governance', PLACE, pseudonym]
  const labelOf = (tenantId: string, pseudonym: string) => `pseudonym ${tenantId} ${pseudonym}`

  return {
    async add(tenantId, pseudonym, row, mark) {
      const bytes = box.seal(JSON.stringify(row), labelOf(tenantId, pseudonym))
      const content = { bytes, contentType: CONTENT_TYPE, metadata: { mark } }
      await documents.put(tenantId, keyOf(pseudonym), content, { ifNoneMatch: '*' })
    },

    async get(tenantId, pseudonym) {
      const found = await documents.get(tenantId, keyOf(pseudonym))
      if (found === undefined) return undefined
      return JSON.parse(box.open(found.bytes, labelOf(tenantId, pseudonym))) as Row
    },

    async remove(tenantId, pseudonyms) {
      const outcomes = await eachAtOnce(pseudonyms, AT_ONCE, (one) =>
        documents.delete(tenantId, keyOf(one)),
      )
      return outcomes.filter(({ kind }) => kind === 'deleted').length
    },

    async marked(tenantId, marks) {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await documents.list(tenantId, ['governance', PLACE], { limit: PAGE, cursor })
        for (const { key, metadata } of page.items) {
          if (metadata.mark !== undefined && marks.has(metadata.mark)) found.push(key[2]!)
        }
        cursor = page.nextCursor
      } while (cursor !== undefined)
      return found
    },
  }
}
