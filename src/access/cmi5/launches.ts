import { randomUUID } from 'node:crypto'
import type { Clock } from '../../platform/clock'
import type { DocumentKey, DocumentStore } from '../../platform/document-store'
import type { Launch } from './launch'
import { createSessions } from './sessions'
import { drawToken, readToken } from './token'

/** A fetch URL gives the token once (cmi5, 8.2.3.2: `used` is code 1, `unknown` 2). */
export type Fetched = { kind: 'token'; authToken: string } | { kind: 'used' } | { kind: 'unknown' }

export interface Launches {
  /** @returns the token of the fetch URL, which only its hash is kept of */
  begin(tenantId: string, launch: Launch): Promise<string>
  /** Trades the token of a fetch URL for the auth-token of a session; of many calls, one gets it. */
  fetch(token: string): Promise<Fetched>
}

interface Held extends Launch {
  /** ISO 8601 UTC. */
  validUntil: string
  /** Differs with every use, so that of two uses at once one is first. */
  usedBy?: string
}

// A link is opened on the day that it was made, or it was not meant for this day.
const VALID_MS = 24 * 60 * 60 * 1000
// For a week more it is told apart from a link that never was one.
const KEPT_MS = 7 * VALID_MS

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put'>
  clock: Pick<Clock, 'now'>
}

const keyOf = (hash: string): DocumentKey => ['cmi5', 'fetch', hash]

/** Launches over the store of documents, which the command line and the server share. */
export function createLaunches({ documents, clock }: Needs): Launches {
  const sessions = createSessions({ documents, clock })

  return {
    async begin(tenantId, launch) {
      const token = drawToken(tenantId)
      const { hash } = readToken(token)!
      const now = clock.now().getTime()
      const held: Held = { ...launch, validUntil: new Date(now + VALID_MS).toISOString() }
      const expiresAt = new Date(now + KEPT_MS).toISOString()
      await documents.put(tenantId, keyOf(hash), contentOf(held, expiresAt), { ifNoneMatch: '*' })
      return token
    },

    async fetch(token) {
      const read = readToken(token)
      const document = read && (await documents.get(read.tenantId, keyOf(read.hash)))
      if (read === undefined || document === undefined) return { kind: 'unknown' }
      const held = JSON.parse(Buffer.from(document.bytes).toString()) as Held
      const { validUntil, usedBy, ...launch } = held
      const isOver = validUntil <= clock.now().toISOString()
      if (usedBy !== undefined || isOver) return { kind: 'used' }

      const used = contentOf({ ...held, usedBy: randomUUID() }, document.expiresAt!)
      const condition = { ifMatch: document.etag }
      const { kind } = await documents.put(read.tenantId, keyOf(read.hash), used, condition)
      if (kind === 'mismatch') return { kind: 'used' }
      return { kind: 'token', authToken: await sessions.begin(read.tenantId, launch) }
    },
  }
}

function contentOf(held: Held, expiresAt: string) {
  const bytes = Buffer.from(JSON.stringify(held))
  return { bytes, contentType: 'application/json', expiresAt }
}
