import { randomUUID } from 'node:crypto'
import type { BlobStore } from '../../../platform/blob-store'
import type { EventStore } from '../../../platform/event-store'
import type { StatementStore } from '../../../platform/statement-store'
import { blobKey } from '../../../statements/attachment-blobs'
import { mayNameAttachments, mentionsIn } from '../../../statements/attachments'
import type { Place, Search } from './place'

interface Needs {
  events: Pick<EventStore, 'get'>
  statements: Pick<StatementStore, 'query'>
  blobs: Pick<BlobStore, 'list' | 'delete'>
}

// Pages of statements are read as readers do.
const PAGE = { limit: 1000, maxBytes: 4 * 1024 * 1024 }

/**
 * Contents of attachments. Which of them statements of the people named is noted before these go; what no
 * other statement names is removed afterwards.
 */
export function attachmentsPlace({ events, statements, blobs }: Needs) {
  const prefixOf = (tenantId: string) => blobKey(tenantId, '').replace(/\/+$/, '/')

  /** Notes the attachments of events that leave. */
  async function note(search: Search, eventIds: readonly string[]): Promise<void> {
    const { tenantId, store } = search
    const some = await blobs.list(prefixOf(tenantId), 1)
    if (some.length === 0) return
    const named = new Set<string>()
    for (const eventId of eventIds) {
      const record = await events.get(tenantId, eventId)
      if (record === undefined || !mayNameAttachments(record.raw)) continue
      for (const { sha2 } of mentionsIn(JSON.parse(record.raw), [])) named.add(sha2)
    }
    if (named.size > 0) await store.seal(search, 'attachments', randomUUID(), [...named])
  }

  const place: Place = {
    name: 'attachments',
    method:
      'Contents of attachments that statements of the people named were removed, unless another statement names them.',

    async search(search) {
      const { tenantId, isDryRun, store } = search
      const noted = new Set<string>()
      for await (const { content } of store.sealed(search, 'attachments')) {
        for (const sha2 of content as string[]) noted.add(sha2)
      }
      // In a dry run the statements of the people are still there, and would name all of them.
      const others = isDryRun ? new Set<string>() : await namedByOthers(tenantId, noted)
      const gone = [...noted].filter((sha2) => !others.has(sha2))
      for (const sha2 of isDryRun ? [] : gone) await blobs.delete(blobKey(tenantId, sha2))
      const remains =
        others.size === 0
          ? undefined
          : `${others.size} attachments stay, since statements of others name them.`
      const removed = isDryRun ? 0 : gone.length
      return { looked: noted.size, found: noted.size, removed, remains }
    },
  }

  async function namedByOthers(tenantId: string, noted: ReadonlySet<string>) {
    const others = new Set<string>()
    if (noted.size === 0) return others
    let cursor: string | undefined
    do {
      const query = { finders: [], ascending: true }
      const page = await statements.query(tenantId, query, { ...PAGE, cursor })
      for (const { json } of page.statements) {
        if (!mayNameAttachments(json)) continue
        for (const { sha2 } of mentionsIn(JSON.parse(json), [])) {
          if (noted.has(sha2)) others.add(sha2)
        }
      }
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return others
  }

  return { note, place }
}
