import { randomUUID } from 'node:crypto'
import { AppError } from '../error/app-error'
import type { RegisteredType } from '../event/event-type'
import type { DocumentStore } from '../platform/document-store'
import { TYPES_KEY } from './event-types'

/** A tenant registers at most so many types; they are read together, every five seconds. */
export const MAX_OWN_TYPES = 1_000
/** All types of a tenant take at most so many bytes: half of what a document may. */
export const MAX_OWN_BYTES = 4 * 1024 * 1024

// Two people at once are enough to lose one try each; a script that pushes beside them, some more.
const MAX_TRIES = 10

type Documents = Pick<DocumentStore, 'get' | 'put'>

/** Reads the types that a tenant registered, in the order of their names. */
export async function readOwnTypes(
  documents: Pick<DocumentStore, 'get'>,
  tenantId: string,
): Promise<RegisteredType[]> {
  return (await readDocument(documents, tenantId)).types
}

/**
 * Changes the types of a tenant. Whatever somebody else changes at the same time stays: the change is
 * then asked for again, with what is there now.
 * @param change returns all types as they are to be
 * @throws {AppError} whatever `change` throws; `limit_reached`; `too_large`; `unavailable` when others
 * are always quicker
 */
export async function changeOwnTypes(
  documents: Documents,
  tenantId: string,
  change: (types: RegisteredType[]) => RegisteredType[],
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { types, etag } = await readDocument(documents, tenantId)
    const bytes = bytesOf(change(types))
    const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag }
    const content = { bytes, contentType: 'application/json' }
    const { kind } = await documents.put(tenantId, TYPES_KEY, content, condition)
    if (kind === 'stored') return
  }
  throw new AppError('unavailable', 'The types are being changed all the time; please try again.')
}

async function readDocument(documents: Pick<DocumentStore, 'get'>, tenantId: string) {
  const document = await documents.get(tenantId, TYPES_KEY)
  if (document === undefined) return { types: [] }
  const { types } = JSON.parse(new TextDecoder().decode(document.bytes)) as {
    types: RegisteredType[]
  }
  return { types, etag: document.etag }
}

/** @throws {AppError} `limit_reached`, `too_large` */
function bytesOf(types: RegisteredType[]): Uint8Array {
  if (types.length > MAX_OWN_TYPES) {
    throw new AppError(
      'limit_reached',
      `A tenant has at most ${MAX_OWN_TYPES} types of its own; remove one that is not used any more.`,
    )
  }
  types.sort((one, other) => (one.name < other.name ? -1 : 1))
  // The change is named, since two that compete may otherwise write the same bytes.
  const bytes = new TextEncoder().encode(JSON.stringify({ change: randomUUID(), types }))
  if (bytes.length <= MAX_OWN_BYTES) return bytes
  const detail = `All types of a tenant together take at most ${MAX_OWN_BYTES} bytes, and these ${bytes.length}.`
  throw new AppError('too_large', detail)
}
