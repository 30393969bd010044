import type { DocumentStore } from '../../platform/document-store'
import type { Catalogue } from '../loaded'
import { CATALOGUE } from './places'

/** This tenant has what the server knows of its own. */
export const CATALOGUE_TENANT = 'default'

/** Reads what a server has loaded; nothing where none has begun. @throws {StorageError} */
export async function readCatalogue(documents: Pick<DocumentStore, 'get'>): Promise<Catalogue> {
  const found = await documents.get(CATALOGUE_TENANT, CATALOGUE)
  if (found === undefined)
    return { reducers: [], problems: [], updatedAt: new Date(0).toISOString() }
  return JSON.parse(Buffer.from(found.bytes).toString()) as Catalogue
}
