import { randomUUID } from 'node:crypto'
import type { Connection } from '../platform/connections'
import type { DocumentKey, DocumentStore } from '../platform/document-store'
import { MAX_LIFETIME_MS } from '../platform/document-store'
import type { ObserverState } from './state'

/*
 * Frames that wait are kept in parts beside the connection that they came over: a part each time, so that no
 * frame is written twice. Whoever finds them after a crash does as if the connection had ended.
 */

/** Everything that waits is under this, by connection. */
export const WAITING_PLACE: DocumentKey = ['observer', 'waiting']

/** A connection as a later process needs it, to store what waited. */
interface Part {
  /** The process that has the connection open, until it ends. */
  by: string
  connection: Connection
  state: ObserverState
}

export interface JournalOfOne {
  /** Writes what waits and was not written before; resolves once that is durable. @throws {StorageError} */
  write(state: ObserverState): Promise<void>
  /** Nothing waits any more: what was written is deleted. @throws {StorageError} */
  forget(): Promise<void>
}

/** Names this process: whatever another one wrote down is of connections that have ended. */
const thisProcess = randomUUID()

type Documents = Pick<DocumentStore, 'get' | 'put' | 'list' | 'deletePrefix'>

// Numbers of parts sort as text; with one a second, they suffice for the time that anything waits.
const DIGITS = 6

/** Keeps what waits of one connection. Its calls are made one after another. */
export function journalOf(documents: Documents, connection: Connection): JournalOfOne {
  const { tenantId } = connection.principal
  let parts = 0
  let written = 0
  let connectionId: string | undefined

  return {
    async write(state) {
      const waiting = state.waiting.filter(({ n }) => n > written)
      if (waiting.length === 0) return
      const part: Part = {
        by: thisProcess,
        connection: withoutHash(connection),
        state: { ...state, waiting },
      }
      const key = [...WAITING_PLACE, state.connectionId, String(parts).padStart(DIGITS, '0')]
      const expiresAt = new Date(Date.parse(waiting[0]!.at) + MAX_LIFETIME_MS / 2).toISOString()
      const bytes = Buffer.from(JSON.stringify(part))
      connectionId = state.connectionId
      await documents.put(tenantId, key, { bytes, contentType: 'application/json', expiresAt })
      parts += 1
      written = waiting.at(-1)!.n
    },

    async forget() {
      if (connectionId === undefined) return
      await documents.deletePrefix(tenantId, [...WAITING_PLACE, connectionId])
      connectionId = undefined
    },
  }
}

/** Finds the connections of other processes of which something waits, each with all of it. */
export async function* waitingOf(
  documents: Documents,
  tenantId: string,
): AsyncGenerator<Part & { forget(): Promise<void> }> {
  let cursor: string | undefined
  let latest: Part | undefined
  do {
    const page = await documents.list(tenantId, WAITING_PLACE, { limit: 100, cursor })
    for (const { key } of page.items) {
      const document = await documents.get(tenantId, key)
      if (document === undefined) continue
      const part = JSON.parse(Buffer.from(document.bytes).toString()) as Part
      if (part.by === thisProcess) continue
      const isSame = latest?.state.connectionId === part.state.connectionId
      if (latest !== undefined && !isSame) yield found(latest)
      const waiting = isSame
        ? [...latest!.state.waiting, ...part.state.waiting]
        : part.state.waiting
      latest = { ...part, state: { ...part.state, waiting } }
    }
    cursor = page.nextCursor
  } while (cursor !== undefined)
  if (latest !== undefined) yield found(latest)

  function found(part: Part) {
    const key = [...WAITING_PLACE, part.state.connectionId]
    return { ...part, forget: async () => void (await documents.deletePrefix(tenantId, key)) }
  }
}

/** The hash of a key is no business of a document; by then the key may be gone. */
function withoutHash({
  principal: { hash: _, ...principal },
  ...connection
}: Connection): Connection {
  return { ...connection, principal }
}
