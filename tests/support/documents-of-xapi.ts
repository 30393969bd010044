import type { AppError } from '../../src/error/app-error'
import {
  activityProfileShelf,
  agentProfileShelf,
  type Shelf,
  stateShelf,
} from '../../src/statements/document-places'
import { createDocuments, type Place } from '../../src/statements/documents'
import { aRunningClock } from './clock'
import { documentModel } from './document-model'

export const json = 'application/json'
export const shelves: Record<string, Shelf> = {
  state: stateShelf('anna', 'urn:course'),
  'agent profile': agentProfileShelf('anna'),
  'activity profile': activityProfileShelf('urn:course'),
}

export const unbounded = async () => {}
export const bytesOf = (text: string) => new TextEncoder().encode(text)
export const sent = (text: string, contentType = json) => ({ bytes: bytesOf(text), contentType })

/** The logic of documents over a model of their store. */
export function aDocumentStore(maxBytes = 1000) {
  const clock = aRunningClock()
  const store = documentModel(clock)
  return { clock, store, documents: createDocuments({ documents: store, maxBytes }) }
}

export const place = (shelf: Shelf, id = 'one', tenantId = 'school'): Place => ({
  tenantId,
  shelf,
  id,
})

/** @returns the code with which it fails; undefined when it does not */
export async function codeOf(doing: Promise<unknown>): Promise<string | undefined> {
  return doing.then(
    () => undefined,
    (error: AppError) => error.code,
  )
}
