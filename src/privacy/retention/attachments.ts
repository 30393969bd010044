import type { BlobStore } from '../../platform/blob-store'

const PAGE = 1000

/**
 * Forgets attachments that no statement can name any more: each statement that brings one stores it anew, so
 * that what was stored before the oldest statement belongs to none.
 * @param goOn is asked before each page; false ends the run
 */
export async function forgetAttachments(
  blobs: Pick<BlobStore, 'list' | 'delete'>,
  { before, goOn }: { before: string; goOn: () => boolean },
): Promise<number> {
  let forgotten = 0
  let after: string | undefined
  while (goOn()) {
    const page = await blobs.list('attachments/', PAGE, after)
    for (const { key, storedAt } of page) {
      if (storedAt >= before) continue
      await blobs.delete(key)
      forgotten += 1
    }
    if (page.length < PAGE) break
    after = page.at(-1)!.key
  }
  return forgotten
}
