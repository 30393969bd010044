import type { Principal } from '../../identity/principal'
import type { Clock } from '../../platform/clock'
import type { DocumentKey, DocumentStore } from '../../platform/document-store'
import type { Launch } from './launch'
import { drawToken, readToken } from './token'
import { SESSION_USER } from './within'

export interface Sessions {
  /** @returns the auth-token: base64 of user and password, as it stands after `Basic ` */
  begin(tenantId: string, launch: Launch): Promise<string>
  /** @returns undefined for a session that is over or never was */
  find(shown: { user: string; password: string }): Promise<Principal | undefined>
}

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put'>
  clock: Pick<Clock, 'now'>
}

// A course that was left open overnight goes on in the morning; nothing tells when its page is closed.
const SESSION_MS = 24 * 60 * 60 * 1000

const keyOf = (hash: string): DocumentKey => ['cmi5', 'session', hash]

export function createSessions({ documents, clock }: Needs): Sessions {
  return {
    async begin(tenantId, launch) {
      const token = drawToken(tenantId)
      const { hash } = readToken(token)!
      const content = {
        bytes: Buffer.from(JSON.stringify(launch)),
        contentType: 'application/json',
        expiresAt: new Date(clock.now().getTime() + SESSION_MS).toISOString(),
      }
      await documents.put(tenantId, keyOf(hash), content, { ifNoneMatch: '*' })
      return Buffer.from(`${SESSION_USER}:${token}`).toString('base64')
    },

    async find({ user, password }) {
      const read = user === SESSION_USER ? readToken(password) : undefined
      const document = read && (await documents.get(read.tenantId, keyOf(read.hash)))
      if (read === undefined || document === undefined) return undefined
      const launch = JSON.parse(Buffer.from(document.bytes).toString()) as Launch
      const { sourceId, sessionId, ...session } = launch
      const { tenantId } = read
      const keyId = `cmi5_${sessionId}`
      const { expiresAt } = document
      // Its rights are those of a session; it has no scope, which would open other addresses, too.
      return { tenantId, sourceId, keyId, scopes: [], expiresAt, session }
    },
  }
}
