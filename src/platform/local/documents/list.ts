import type { Database } from 'bun:sqlite'
import type { DocumentEntry, DocumentKey, DocumentPage } from '../../document-store'
import type { Page } from '../../event-store'
import { entryBytes } from '../../shared/document-content'
import { boundsOf, prefixKey } from '../../shared/document-key'
import { roomOf } from '../../shared/page-bytes'
import type { TokenSigner } from '../../shared/page-token'
import type { Turns } from '../../turns'
import { guarded } from '../database'
import { COLUMNS, type DocumentRow, entryOf, IS_WITHIN } from './rows'

// A row has some 300 bytes: a step takes a millisecond, after which others get a turn.
const ROWS_A_STEP = 500
// A page looks at no more rows than these, forty steps; then it is given as it is, with a cursor.
const MAX_LOOKED_AT = 20_000

/** Lists pages of entries, by number and bytes, without holding the thread. */
export function createDocumentList(
  db: Database,
  { tokens, turns, now }: { tokens: TokenSigner; turns: Turns; now: () => Date },
) {
  const step = db.query<DocumentRow, Record<string, string | null>>(
    `SELECT ${COLUMNS} FROM documents WHERE tenantId = $tenantId AND ${IS_WITHIN}
     ORDER BY key LIMIT ${ROWS_A_STEP}`,
  )

  return async function list(
    tenantId: string,
    prefix: DocumentKey,
    page: DocumentPage,
  ): Promise<Page<DocumentEntry>> {
    const { cursor, since = '' } = page
    const under = prefixKey(prefix)
    const { after: first, end = null } = boundsOf(under)
    const question = JSON.stringify(['documents', tenantId, under, since])
    let after = cursor === undefined ? first : tokens.read<string>(cursor, question)
    const time = now().toISOString()
    const room = roomOf(page)
    const items: DocumentEntry[] = []
    const endAt = (key: string) => ({ items, nextCursor: tokens.issue(key, question) })

    const turn = turns.begin(tenantId)
    await turn.next()
    for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += ROWS_A_STEP) {
      const rows = guarded('listing documents', () => step.all({ tenantId, after, end }))
      for (const row of rows) {
        const isThere = row.expiresAt === null || row.expiresAt > time
        if (isThere && row.updatedAt > since) {
          const entry = entryOf(row)
          if (!room.take(entryBytes(entry))) return endAt(after)
          items.push(entry)
        }
        after = row.key
      }
      if (rows.length < ROWS_A_STEP) return { items }
      if (turn.isOver()) await turn.next()
    }
    return endAt(after)
  }
}
