import { type BlobsNeeds, createBlobs } from '../observer/blobs'
import { type Perform, type PerformNeeds, performWith } from '../observer/perform'
import type { DocumentStore } from '../platform/document-store'
import { native } from '../standards/native/standard'

export type Performing = Omit<PerformNeeds, 'blobs' | 'standard'> &
  Omit<BlobsNeeds, 'documents'> & { platform: { documents: DocumentStore } }

/** Makes what stores frames of streams, and blobs beside them. */
export function performOf({ platform: { documents }, ...needs }: Performing): Perform {
  return performWith({ ...needs, standard: native, blobs: createBlobs({ ...needs, documents }) })
}
