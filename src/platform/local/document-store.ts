import type { Database } from 'bun:sqlite'
import { type Clock, createAgreedTime } from '../clock'
import {
  type DocumentPut,
  type DocumentStore,
  etagOf,
  type PutCondition,
  type PutOutcome,
} from '../document-store'
import { checkContent } from '../shared/document-content'
import { boundsOf, documentKey, prefixKey } from '../shared/document-key'
import type { TokenSigner } from '../shared/page-token'
import { createTurns, type Turns } from '../turns'
import { guarded } from './database'
import { createDocumentList } from './documents/list'
import {
  COLUMNS,
  createDocumentWrites,
  type DocumentRow,
  documentOf,
  IS_THERE,
  IS_WITHIN,
} from './documents/rows'

export { documentsSchema } from './documents/rows'

// A step is one durable commit, for which senders have to wait: some milliseconds.
const REMOVED_A_STEP = 200

interface Needs {
  clock: Clock
  tokens: TokenSigner
  /** The turns are shared with other long reads. */
  turns?: Turns
}

/**
 * Makes the store.
 * @param db opened with `documentsSchema`; other processes may write the same file
 */
export function createDocumentStore(
  db: Database,
  { clock, tokens, turns = createTurns() }: Needs,
): DocumentStore {
  const writes = createDocumentWrites(db)
  const agreedTime = createAgreedTime(clock)
  let prunedBy: Date | undefined

  const read = db.query<DocumentRow & { bytes: Uint8Array }, Record<string, string>>(
    `SELECT ${COLUMNS}, bytes FROM documents JOIN documentBytes USING (id)
     WHERE tenantId = $tenantId AND key = $key AND ${IS_THERE}`,
  )
  const readEtag = db.query<{ etag: string }, Record<string, string>>(
    `SELECT etag FROM documents WHERE tenantId = $tenantId AND key = $key AND ${IS_THERE}`,
  )
  const removeSome = db.query(
    `DELETE FROM documents WHERE id IN (SELECT id FROM documents
       WHERE tenantId = $tenantId AND ${IS_WITHIN} LIMIT ${REMOVED_A_STEP})`,
  )
  const prune = db.query(
    `DELETE FROM documents WHERE id IN (SELECT id FROM documents
       WHERE expiresAt <= ? LIMIT ${REMOVED_A_STEP})`,
  )

  function putOne(tenantId: string, { row, bytes, condition }: Ready): PutOutcome {
    const { key, etag, updatedAt: now } = row
    const held = condition && readEtag.get({ tenantId, key, now })
    if (condition !== undefined && !meets(held?.etag, condition)) {
      return { kind: 'mismatch', etag: held?.etag }
    }
    writes.put(tenantId, row, bytes)
    return { kind: 'stored', etag }
  }

  // The write lock is taken before the etag is read: no other process writes between the two.
  const putTogether = db.transaction((tenantId: string, ready: readonly Ready[]) =>
    ready.map((one) => putOne(tenantId, one)),
  ).immediate

  const remove = db.transaction((tenantId: string, key: string, now: string, ifMatch?: string) => {
    const held = readEtag.get({ tenantId, key, now })
    if (held === null) return { kind: 'missing' } as const
    if (ifMatch !== undefined && ifMatch !== held.etag) {
      return { kind: 'mismatch', etag: held.etag } as const
    }
    writes.remove(tenantId, key)
    return { kind: 'deleted' } as const
  }).immediate

  /** Removes expired rows, a step at each put, until none is left of this hour. */
  function pruneSome() {
    const time = agreedTime()
    if (time === undefined || time === prunedBy) return
    if (prune.run(time.toISOString()).changes === 0) prunedBy = time
  }

  return {
    async get(tenantId, key) {
      const asked = { tenantId, key: documentKey(key), now: clock.now().toISOString() }
      const row = guarded('reading a document', () => read.get(asked))
      return row === null ? undefined : documentOf(row)
    },

    async put(tenantId, key, content, condition): Promise<PutOutcome> {
      const ready = readyOf({ key, content, condition }, clock.now())
      return guarded('saving a document', () => {
        pruneSome()
        return putTogether(tenantId, [ready])[0]!
      })
    },

    async putAll(tenantId, puts) {
      if (puts.length === 0) return []
      const now = clock.now()
      const ready = puts.map((one) => readyOf(one, now))
      return guarded('saving documents', () => {
        pruneSome()
        return putTogether(tenantId, ready)
      })
    },

    async delete(tenantId, key, condition) {
      const text = documentKey(key)
      const now = clock.now().toISOString()
      return guarded('deleting a document', () => remove(tenantId, text, now, condition?.ifMatch))
    },

    list: createDocumentList(db, { tokens, turns, now: clock.now }),

    async deletePrefix(tenantId, prefix) {
      const { after, end = null } = boundsOf(prefixKey(prefix))
      const turn = turns.begin(tenantId)
      for (let removed = 0; ; await turn.next()) {
        const { changes } = guarded('deleting documents', () =>
          removeSome.run({ tenantId, after, end }),
        )
        removed += changes
        if (changes < REMOVED_A_STEP) return { removed }
      }
    },
  }
}

/** A document is ready to be written. */
interface Ready {
  row: DocumentRow
  bytes: Uint8Array
  condition?: PutCondition | undefined
}

function readyOf({ key, content, condition }: DocumentPut, now: Date): Ready {
  checkContent(content, now)
  const { bytes, contentType, metadata = {}, expiresAt = null } = content
  const row: DocumentRow = {
    key: documentKey(key),
    etag: etagOf(bytes),
    contentType,
    metadata: JSON.stringify(metadata),
    size: bytes.length,
    updatedAt: now.toISOString(),
    expiresAt,
  }
  return { row, bytes, condition }
}

/** Tells whether a condition is met. @param held the etag of the document that is there */
function meets(held: string | undefined, condition: PutCondition): boolean {
  if ('ifNoneMatch' in condition) return held === undefined
  return held !== undefined && (condition.ifMatch === '*' || condition.ifMatch === held)
}
