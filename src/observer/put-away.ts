import type { Clock } from '../platform/clock'
import type { DocumentKey, DocumentStore } from '../platform/document-store'

// Clocks of functions differ by milliseconds: by none of them it is still there.
const AGO_MS = 60_000

/**
 * Puts documents away by letting them expire: whoever takes frames in on AWS may delete none, however it is broken
 * into.
 */
export async function putAway(
  { documents, clock }: { documents: Pick<DocumentStore, 'put'>; clock: Clock },
  tenantId: string,
  key: DocumentKey,
): Promise<void> {
  const expiresAt = new Date(clock.now().getTime() - AGO_MS).toISOString()
  await documents.put(tenantId, key, {
    bytes: new Uint8Array(),
    contentType: 'text/plain',
    expiresAt,
  })
}
