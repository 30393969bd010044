import type { DocumentStore } from '../../platform/document-store'
import { REDUCERS } from './places'
import { JSON_TYPE } from './state-document'

/** A tenant has this document once somebody asked for its states: without it nothing is reduced for it. */
export const WANTED = [...REDUCERS, 'wanted']

/** @throws {StorageError} */
export async function isWanted(
  documents: Pick<DocumentStore, 'get'>,
  tenantId: string,
): Promise<boolean> {
  return (await documents.get(tenantId, WANTED)) !== undefined
}

/**
 * Notes that somebody asked.
 * @param by who it was: a key, or a connection
 * @returns whether nobody had before
 * @throws {StorageError}
 */
export async function want(
  documents: Pick<DocumentStore, 'put'>,
  tenantId: string,
  { by, at }: { by: string; at: string },
): Promise<boolean> {
  const bytes = Buffer.from(JSON.stringify({ by, at }))
  const content = { bytes, contentType: JSON_TYPE }
  const { kind } = await documents.put(tenantId, WANTED, content, { ifNoneMatch: '*' })
  return kind === 'stored'
}
