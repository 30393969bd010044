import { StorageError } from '../error/storage-error'
import type { BlobStore } from '../platform/blob-store'
import type { Clock } from '../platform/clock'
import { SPILL_PREFIX } from './draining'
import { createIngestReading, type IngestReadingNeeds } from './ingest-reading'
import { readSpilled } from './spill'

interface Needs extends Omit<IngestReadingNeeds, 'spill'> {
  blobs: Pick<BlobStore, 'get' | 'list' | 'delete'>
  clock: Clock
}

interface Bounds {
  /** A run replays at most so many requests. */
  limit: number
  /** A run begins no further request after so long. */
  maxMs: number
}

/** This is the result of one run. Requests that are `left` failed, and wait for the next one. */
export interface Swept {
  replayed: number
  left: number
}

const PAGE = 100

// One failure may be due to the request; so many in a row are due to the store.
const MAX_FAILURES_IN_A_ROW = 3

/**
 * Sends requests that were spilled through the pipeline, the oldest first, with the time and the
 * sender that they came with; the time of their hot copies counts from now. A request is deleted
 * once everything in it is stored or in quarantine, so that it is replayed again after any failure
 * in between, and what was stored is recognised.
 * @throws {StorageError} when the spilled requests cannot be listed
 */
export async function sweepSpill(needs: Needs, { limit, maxMs }: Bounds): Promise<Swept> {
  const { blobs, clock, log } = needs
  const ingestReading = createIngestReading({ ...needs, spill: undefined })
  const deadline = clock.monotonic() + maxMs
  const swept: Swept = { replayed: 0, left: 0 }

  async function replay(key: string): Promise<void> {
    const bytes = await blobs.get(key)
    if (bytes === undefined) return // another run took it
    const { reading, arrival } = await readSpilled(bytes)
    await ingestReading(reading, { ...arrival, storedAt: clock.now().toISOString() })
    await blobs.delete(key)
    swept.replayed += 1
  }

  let failures = 0
  for await (const key of keysOf(blobs)) {
    if (swept.replayed === limit || clock.monotonic() >= deadline) break
    try {
      await replay(key)
      failures = 0
    } catch (thrown) {
      swept.left += 1
      const { name, message } = thrown as Error
      const isBusy = thrown instanceof StorageError && thrown.isRetriable
      log.error('a spilled request stays spilled', { key, error: name, message })
      failures = isBusy ? failures + 1 : 0
      if (failures === MAX_FAILURES_IN_A_ROW) break
    }
  }
  if (swept.replayed > 0) log.info('spilled requests were replayed', { ...swept })
  return swept
}

async function* keysOf(blobs: Needs['blobs']): AsyncGenerator<string> {
  let after: string | undefined
  for (;;) {
    const page = await blobs.list(SPILL_PREFIX, PAGE, after)
    for (const { key } of page) yield key
    if (page.length < PAGE) return
    after = page.at(-1)!.key
  }
}
