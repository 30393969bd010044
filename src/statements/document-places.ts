import { createHash } from 'node:crypto'
import { AppError } from '../error/app-error'
import type { DocumentKey } from '../platform/document-store'

/** The document resources of xAPI (1.0.3, Communication, 2.3, 2.6 and 2.7). */
export type DocumentKind = 'state' | 'agentProfile' | 'activityProfile'

/** Everything that the document resources store is under this. */
export const DOCUMENTS_PLACE: DocumentKey = ['xapi']

/** A shelf has the documents that one request may list, each by its id. */
export interface Shelf {
  kind: DocumentKind
  prefix: DocumentKey
}

/**
 * Names the shelf of states. Agent and activity are hashed, since both may be long; the agent stands
 * first, so that everything of a learner can be removed by one prefix (`prefixesOfAgent`).
 * @param agent as `agentKey` writes it
 * @param registration a UUID; states without one have their own shelf
 */
export function stateShelf(agent: string, activityId: string, registration = ''): Shelf {
  const prefix = [...statePrefix(agent), hashOf(activityId), registration.toLowerCase()]
  return { kind: 'state', prefix }
}

/**
 * Names every state of an agent and an activity, whatever its registration: the context of a request
 * that names none (Communication, 2.3: "Activity + Agent [+ registration if specified]").
 */
export function stateShelves(agent: string, activityId: string): Shelf {
  return { kind: 'state', prefix: [...statePrefix(agent), hashOf(activityId)] }
}

/** @param agent as `agentKey` writes it */
export function agentProfileShelf(agent: string): Shelf {
  return { kind: 'agentProfile', prefix: ['xapi', 'agent-profile', hashOf(agent)] }
}

export function activityProfileShelf(activityId: string): Shelf {
  return { kind: 'activityProfile', prefix: ['xapi', 'activity-profile', hashOf(activityId)] }
}

/**
 * Names everything that is kept about an agent: whoever erases a person removes these prefixes.
 * @param agent as `agentKey` writes it
 */
export function prefixesOfAgent(agent: string): DocumentKey[] {
  return [statePrefix(agent), agentProfileShelf(agent).prefix]
}

/**
 * Names a document. Its id is hashed as well, and stands in its metadata.
 * @throws {AppError} `invalid_request`
 */
export function keyOf({ kind, prefix }: Shelf, id: string): DocumentKey {
  const size = Buffer.byteLength(JSON.stringify(id))
  if (id !== '' && size <= MAX_ID_BYTES) return [...prefix, hashOf(id)]
  const message =
    id === '' ? 'Must not be empty' : `May take ${MAX_ID_BYTES} bytes as JSON; takes ${size}`
  const path = [idName(kind)]
  throw new AppError('invalid_request', `${path[0]}: ${message}.`, {
    errors: [{ path, message, code: 'invalid_id' }],
  })
}

/** Returns the parameter that names a document of this kind. */
export function idName(kind: DocumentKind): 'stateId' | 'profileId' {
  return kind === 'state' ? 'stateId' : 'profileId'
}

/**
 * An id takes at most so many bytes: it stands in the metadata of its document beside the content
 * type (`MAX_METADATA_BYTES`, 2048).
 */
export const MAX_ID_BYTES = 1500

function statePrefix(agent: string): DocumentKey {
  return ['xapi', 'state', hashOf(agent)]
}

/** Returns 43 characters that no two texts share, safe in any key. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
