import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../error/app-error'
import type {
  DocumentEntry,
  DocumentKey,
  DocumentStore,
  PutCondition,
  StoredDocument,
} from '../platform/document-store'
import { mediaType } from '../syntax/media-type'
import { inTurns } from '../syntax/steps'
import { keyOf, type Shelf } from './document-places'
import {
  barePut,
  documentTooLarge,
  mustNamePrecondition,
  mustNameVersion,
  notJson,
  preconditionFailed,
  tooManyIds,
  type XapiVersion,
} from './document-rules'
import { type Members, membersOf, merge } from './merge-json'
import { asPutCondition, hold, type Preconditions } from './preconditions'

/** A document is one of a shelf, of a tenant. */
export interface Place {
  tenantId: string
  shelf: Shelf
  id: string
}

export interface SentDocument {
  bytes: Uint8Array
  /** Given out again as it came. */
  contentType: string
}

interface Needs {
  documents: DocumentStore
  /** A document has at most so many bytes, so that it can be given out again. */
  maxBytes: number
}

// Others were quicker so often in a row: twenty writers of one document at a time get through.
const MAX_TRIES = 20
// The pause grows with each try, and is random, so that writers part.
const PAUSE_MS = 5
// A page of the store has at most so many, and an answer ten pages.
const PAGE = 1000
const MAX_IDS = 10 * PAGE

/** Does what xAPI asks of documents, over any document store. */
export function createDocuments({ documents, maxBytes }: Needs) {
  /** @returns undefined when there is none */
  async function get({ tenantId, shelf, id }: Place): Promise<StoredDocument | undefined> {
    return documents.get(tenantId, keyOf(shelf, id))
  }

  /** Describes a document without reading its bytes. @returns undefined when there is none */
  async function describe({ tenantId, shelf, id }: Place): Promise<DocumentEntry | undefined> {
    const { items } = await documents.list(tenantId, keyOf(shelf, id), { limit: 1 })
    return items[0]
  }

  /**
   * Stores a document under the preconditions that came with it.
   * @returns its etag
   * @throws {AppError} `precondition_failed`, `already_exists`, `invalid_request`, `too_large`,
   * `unavailable` when others are always quicker
   */
  async function put(
    place: Place,
    sent: SentDocument,
    given: Preconditions,
    version: XapiVersion,
  ): Promise<string> {
    checkSize(sent.bytes.length, 'The document')
    if (given.ifMatch === undefined && given.ifNoneMatch === undefined) {
      return putBare(place, sent, version)
    }
    const condition = asPutCondition(given)
    if (condition !== undefined) {
      const outcome = await write(place, sent, condition)
      if (outcome.kind === 'stored') return outcome.etag
      throw preconditionFailed(given, outcome.etag)
    }
    return retrying(async () => {
      const etag = (await describe(place))?.etag
      if (!hold(given, etag)) throw preconditionFailed(given, etag)
      return write(place, sent, unchanged(etag))
    })
  }

  async function putBare(place: Place, sent: SentDocument, version: XapiVersion): Promise<string> {
    const rule = barePut(place.shelf.kind, version)
    if (rule === 'refuse') {
      throw (await describe(place)) === undefined ? mustNamePrecondition() : mustNameVersion()
    }
    const condition = rule === 'create' ? ({ ifNoneMatch: '*' } as const) : undefined
    const outcome = await write(place, sent, condition)
    if (outcome.kind === 'mismatch') throw mustNameVersion()
    return outcome.etag
  }

  /**
   * Merges a document into the one that is there, or stores it as it came when there is none.
   * @param grow makes room for so many bytes more, before they are read or made
   * @returns the etag of the merged document
   * @throws {AppError} as `put`; `invalid_json` when one of two is no JSON object
   */
  async function post(
    place: Place,
    sent: SentDocument,
    given: Preconditions,
    grow: (bytes: number) => Promise<void>,
  ): Promise<string> {
    checkSize(sent.bytes.length, 'The document')
    const newer = isJson(sent) ? await membersIn(sent.bytes, 'The document') : undefined
    let room = 0

    return retrying(async () => {
      const entry = await describe(place)
      if (!hold(given, entry?.etag)) throw preconditionFailed(given, entry?.etag)
      if (entry === undefined) return write(place, sent, unchanged(undefined))
      if (newer === undefined) throw notJson('sent', sent.contentType)
      if (!isJson(entry)) throw notJson('held', entry.contentType)
      // Room for the bytes that are there, their text and members, and all of these merged.
      const more = MERGED_PER_BYTE * entry.size + 2 * sent.bytes.length - room
      if (more > 0) await grow(more)
      room += Math.max(more, 0)
      const held = await get(place)
      if (held?.etag !== entry.etag) return undefined
      const bytes = merged(await membersIn(held.bytes, 'The document that is there'), newer)
      checkSize(bytes.length, 'The merged document')
      return write(place, { bytes, contentType: sent.contentType }, unchanged(held.etag))
    })
  }

  /**
   * Deletes a document; one that is not there is as good as deleted.
   * @throws {AppError} `precondition_failed`, `invalid_request`, `unavailable`
   */
  async function remove(place: Place, given: Preconditions): Promise<void> {
    const key = keyOf(place.shelf, place.id)
    if (given.ifMatch === undefined && given.ifNoneMatch === undefined) {
      await documents.delete(place.tenantId, key)
      return
    }
    await retrying(async () => {
      const etag = (await describe(place))?.etag
      if (!hold(given, etag)) throw preconditionFailed(given, etag)
      if (etag === undefined) return { kind: 'stored', etag: '' }
      const { kind } = await documents.delete(place.tenantId, key, { ifMatch: etag })
      return kind === 'deleted' ? { kind: 'stored', etag } : undefined
    })
  }

  /**
   * Lists the ids of a shelf, or of several, each once.
   * @param since only of documents stored after this time, ISO 8601 UTC with milliseconds
   * @throws {AppError} `invalid_request` when they are more than an answer has
   */
  async function list(tenantId: string, { prefix }: Shelf, since?: string): Promise<string[]> {
    const ids = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await documents.list(tenantId, prefix, { limit: PAGE, cursor, since })
      for (const { metadata } of page.items) ids.add(metadata.id!)
      if (ids.size > MAX_IDS || sizeOf(ids) > maxBytes) throw tooManyIds(MAX_IDS, maxBytes)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return [...ids]
  }

  /** Deletes every document of a shelf, or of several. */
  async function removeAll(tenantId: string, { prefix }: Shelf): Promise<void> {
    await documents.deletePrefix(tenantId, prefix)
  }

  function write(place: Place, sent: SentDocument, condition: PutCondition | undefined) {
    const key: DocumentKey = keyOf(place.shelf, place.id)
    const content = { ...sent, metadata: { id: place.id } }
    return documents.put(place.tenantId, key, content, condition)
  }

  function checkSize(size: number, what: string) {
    if (size > maxBytes) throw documentTooLarge(size, maxBytes, what)
  }

  return { get, describe, put, post, remove, list, removeAll }
}

export type Documents = ReturnType<typeof createDocuments>

// A merged document is held as bytes, as text of one byte or two a character, and as members beside it.
const MERGED_PER_BYTE = 6

type Outcome = { kind: 'stored'; etag: string } | { kind: 'mismatch' } | undefined

/**
 * Tries until nobody came between looking and writing.
 * @throws {AppError} `unavailable`
 */
async function retrying(attempt: () => Promise<Outcome>): Promise<string> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const outcome = await attempt()
    if (outcome?.kind === 'stored') return outcome.etag
    await pause(Math.random() * tries * PAUSE_MS)
  }
  throw new AppError('unavailable', 'The document is being changed all the time; please try again.')
}

/** Asks that the document is still the one that was looked at. */
function unchanged(etag: string | undefined): PutCondition {
  return etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag }
}

function sizeOf(ids: Iterable<string>): number {
  return Buffer.byteLength(JSON.stringify([...ids]))
}

function isJson({ contentType }: { contentType: string }): boolean {
  return mediaType(contentType) === 'application/json'
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

async function membersIn(bytes: Uint8Array, what: string): Promise<Members> {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch (cause) {
    throw new AppError('invalid_json', `${what} is not JSON: it is not UTF-8.`, { cause })
  }
  return inTurns(membersOf(text, what))
}

function merged(older: Members, newer: Members): Uint8Array {
  return Buffer.from(merge(older, newer))
}
