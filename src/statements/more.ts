import { createHash } from 'node:crypto'
import { AppError } from '../error/app-error'
import type { Principal } from '../identity/principal'
import type { Clock } from '../platform/clock'
import type { DocumentStore } from '../platform/document-store'
import type { TokenSigner } from '../platform/token-signer'
import type { Asked } from './asked'

/** Where a page ended, and of which question. */
export interface Place {
  asked: Asked
  /** The cursor of the store. */
  cursor: string
}

/** Whose question it is. Nobody else's credential opens the token. */
export type Asker = Pick<Principal, 'tenantId' | 'sourceId' | 'keyId'>

export interface MoreNeeds {
  tokens(): Promise<TokenSigner>
  documents: Pick<DocumentStore, 'get' | 'put'>
  clock: Clock
}

/** Makes the tokens by which the next page of a result is asked for. */
export interface More {
  issue(asker: Asker, place: Place): Promise<string>
  /** @throws {AppError} `invalid_cursor` when it was altered, has ended or is another's */
  read(asker: Asker, token: string): Promise<Place>
}

// Proxies and browsers take addresses of 8 KB; a question for an agent, a verb and an activity has some
// hundred characters, but their IRIs may have 2048 each.
const MAX_TOKEN = 2048
// A cursor is good for 24 hours at least (1.0.3, Data, 2.5); so it is with clocks that differ.
const LIFETIME_MS = 48 * 60 * 60 * 1000
const FOLDER = 'xapi-more'

/** A token has the place itself, or names the document that has it. */
type Signed = Place | { document: string }

export function createMore({ tokens, documents, clock }: MoreNeeds): More {
  async function keep({ tenantId }: Asker, place: Place): Promise<Signed> {
    const bytes = Buffer.from(JSON.stringify(place))
    const document = createHash('sha256').update(bytes).digest('base64url')
    const expiresAt = new Date(clock.now().getTime() + LIFETIME_MS).toISOString()
    const content = { bytes, contentType: 'application/json', expiresAt }
    await documents.put(tenantId, [FOLDER, document], content)
    return { document }
  }

  return {
    async issue(asker, place) {
      const signer = await tokens()
      const token = signer.issue(place, questionOf(asker))
      if (token.length <= MAX_TOKEN) return token
      return signer.issue(await keep(asker, place), questionOf(asker))
    },

    async read(asker, token) {
      const signed = open(await tokens(), token, questionOf(asker))
      if (!('document' in signed)) return signed
      const kept = await documents.get(asker.tenantId, [FOLDER, signed.document])
      if (kept === undefined) throw refused('This token has ended: ask again from the beginning')
      return JSON.parse(Buffer.from(kept.bytes).toString())
    },
  }
}

function questionOf({ tenantId, sourceId, keyId }: Asker): string {
  return JSON.stringify(['xapi more', tenantId, sourceId, keyId])
}

function open(signer: TokenSigner, token: string, question: string): Signed {
  try {
    return signer.read<Signed>(token, question)
  } catch (cause) {
    throw refused('Use more as it was given, with the same credential', cause)
  }
}

function refused(message: string, cause?: unknown): AppError {
  const errors = [{ path: ['more'], message, code: 'invalid_cursor' }]
  return new AppError('invalid_cursor', `${message}.`, { errors, cause })
}
