import { createHash } from 'node:crypto'
import { accountIn, spellingsOf, withLowerDomain } from '../../event/person-id'
import { CONSENTS, placesOf, UNDER_13 } from '../../governance/consents/keys'
import { blobsOf } from '../../observer/blob-place'
import type { DocumentKey, DocumentStore, StoredDocument } from '../../platform/document-store'
import { learnerPrefix } from '../../reducers/kept/places'
import { prefixesOfAgent } from '../../statements/document-places'
import type { createRedact } from './redact'

const PAGE = 100
// The key of a blob: `observer`, `blobs`, its learner, its place, and the time of one that stood there before.
const BLOB_AT = 3

type Documents = Pick<DocumentStore, 'get' | 'list'>

/** Reads what is kept about a person as documents: states and profiles, blobs, states of reducers, sessions. */
export async function* readDocuments(
  documents: Documents,
  of: { tenantId: string; actorIds: readonly string[]; sessions: readonly string[] },
  redact: ReturnType<typeof createRedact>,
): AsyncGenerator<string> {
  const { tenantId, actorIds, sessions } = of
  for (const prefix of agentsOf(actorIds).flatMap(prefixesOfAgent)) {
    yield* under(prefix, ({ key, metadata }) => {
      return { kind: key[1] === 'state' ? 'state' : 'profile', id: metadata.id }
    })
  }
  for (const id of actorIds) {
    // One that another took the place of is there for a day, with the time of its own.
    yield* under(blobsOf(id), ({ key }) => ({ kind: 'blob', id: key.slice(BLOB_AT).join(' ') }))
  }
  const ofReducers = actorIds.map((id) => learnerPrefix(id))
  for (const prefix of new Map(ofReducers.map((one) => [JSON.stringify(one), one])).values()) {
    // A state of theirs for one document, say, has the field and its value in its key.
    yield* under(prefix, ({ key }) => ({
      ...{ kind: 'reducers', id: key.slice(prefix.length).join(' ') || undefined },
    }))
  }
  for (const sessionId of sessions) {
    const id = createHash('sha256').update(sessionId).digest('hex')
    const found = await documents.get(tenantId, ['sessions', id])
    if (found) yield lineOf(found, { kind: 'session', id: sessionId }, redact)
  }

  async function* under(prefix: DocumentKey, about: (found: StoredDocument) => About) {
    let cursor: string | undefined
    do {
      const page = await documents.list(tenantId, prefix, { limit: PAGE, cursor })
      for (const { key } of page.items) {
        const found = await documents.get(tenantId, key)
        if (found !== undefined) yield lineOf(found, about(found), redact)
      }
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }
}

interface About {
  kind: string
  id: string | undefined
}

/** Reads what the person, or a parent, decided. */
export async function* readConsents(
  documents: Documents,
  { tenantId, actorIds }: { tenantId: string; actorIds: readonly string[] },
): AsyncGenerator<string> {
  for (const [kind, list] of Object.entries({ consents: CONSENTS, under13: UNDER_13 })) {
    const places = actorIds.flatMap((id) => placesOf(list, id))
    const told = new Set<string>()
    for (const key of new Map(places.map((place) => [place.join(' '), place])).values()) {
      const found = await documents.get(tenantId, key)
      if (found === undefined) continue
      const text = Buffer.from(found.bytes).toString()
      // An address has the same beside it once more, under its hash.
      if (told.has(text)) continue
      told.add(text)
      yield JSON.stringify({ kind, updatedAt: found.updatedAt, content: parsed(text) ?? text })
    }
  }
}

/** Writes ids as documents are kept under them (`agentKey`). */
function agentsOf(actorIds: readonly string[]): string[] {
  const all = actorIds.flatMap((id) => (accountIn(id) ? [id] : spellingsOf(id)))
  return [...new Set(all.map(withLowerDomain))]
}

function lineOf(
  { bytes, contentType, updatedAt }: StoredDocument,
  about: About,
  redact: ReturnType<typeof createRedact>,
): string {
  const text = utf8(bytes)
  const item = text === undefined ? undefined : redact(text)
  const content =
    item !== undefined
      ? {
          content: JSON.parse(item.text) as unknown,
          ...(item.others > 0 && { redacted: item.others }),
        }
      : text !== undefined
        ? { text }
        : { base64: Buffer.from(bytes).toString('base64') }
  return JSON.stringify({ ...about, updatedAt, contentType, ...content })
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
