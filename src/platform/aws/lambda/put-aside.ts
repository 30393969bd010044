import type { BlobStore } from '../../blob-store'

// One list's worth: where there is more, something is amiss whichever of them is the oldest.
const LOOKED_AT = 1000

/**
 * Tells how long the oldest blob below these prefixes has been there, in seconds; 0 where there is none.
 */
export async function oldestAgeS(
  blobs: Pick<BlobStore, 'list'>,
  prefixes: readonly string[],
  now: Date,
): Promise<number> {
  const lists = await Promise.all(prefixes.map((prefix) => blobs.list(prefix, LOOKED_AT)))
  const stored = lists.flat().map(({ storedAt }) => Date.parse(storedAt))
  if (stored.length === 0) return 0
  const oldest = stored.reduce((least, one) => Math.min(least, one))
  return Math.max(0, Math.round((now.getTime() - oldest) / 1000))
}
