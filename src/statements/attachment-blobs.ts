import type { Kept } from '../ingest/arrival'
import type { BlobStore } from '../platform/blob-store'
import type { Content, Mention } from './attachments'

// One machine has a folder for each beginning of a hash.
const SPREAD = 2
// So many are put at once: S3 takes some 50 ms for each, and a disk is busy with fewer.
const AT_ONCE = 8

/** Names the blob of an attachment: one of its tenant and its hash, however many statements name it. */
export function blobKey(tenantId: string, sha2: string): string {
  return `attachments/${tenantId}/${sha2.slice(0, SPREAD)}/${sha2}`
}

/**
 * Chooses the contents that may be kept: those of statements that are kept as they were sent. What is in an
 * attachment nobody can clean, and a signature holds its statement as it was.
 */
export function keptContents(
  { contents, mentions }: { contents: readonly Content[]; mentions: readonly Mention[] },
  items: Parameters<Kept>[0],
  isChanged: Parameters<Kept>[1],
): Content[] {
  const asSent = new Set(items.filter((item) => !isChanged(item)).map(({ index }) => index))
  // A statement by itself has no place in a list.
  const placeOf = ({ path: [first] }: Mention) => (typeof first === 'number' ? first : 0)
  const named = new Set(mentions.filter((one) => asSent.has(placeOf(one))).map(({ sha2 }) => sha2))
  return contents.filter(({ sha2 }) => named.has(sha2))
}

/** Puts the contents of attachments; they are durable when it resolves. */
export async function putContents(
  blobs: Pick<BlobStore, 'put'>,
  tenantId: string,
  contents: readonly Content[],
): Promise<void> {
  for (let from = 0; from < contents.length; from += AT_ONCE) {
    const some = contents.slice(from, from + AT_ONCE)
    await Promise.all(some.map(({ sha2, bytes }) => blobs.put(blobKey(tenantId, sha2), bytes)))
  }
}
