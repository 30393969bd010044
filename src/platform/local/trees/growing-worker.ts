import { Database } from 'bun:sqlite'
import { StorageError } from '../../../error/storage-error'
import { BUSY_MS, guarded, isDamage } from '../database'
import { createAdding, type PackedSegment } from './adding'
import { createTreeRows, type GrownTree } from './rows'

declare const self: Worker

/** The thread is asked to forget trees, which it does not answer, or to add to those of a file. */
export type GrowingRequest =
  | { forget: { tenantId: string; hour: string } | undefined }
  | { file: string; segments: readonly PackedSegment[] }

export type GrowingAnswer =
  | { grown: GrownTree[] }
  | { reason: string; isRetriable: boolean; isDamaged: boolean }

const adding = createAdding()

/** Reads trees on a connection of its own, which is open for no longer than a batch. */
function add(file: string, segments: readonly PackedSegment[]): GrownTree[] {
  using db = guarded(
    'reading the trees',
    () => new Database(file, { readwrite: true, strict: true }),
  )
  db.run(`PRAGMA busy_timeout = ${BUSY_MS}`)
  return adding.add(segments, createTreeRows(db, { synced: async () => {} }))
}

function answerTo(file: string, segments: readonly PackedSegment[]): GrowingAnswer {
  try {
    return { grown: add(file, segments) }
  } catch (error) {
    const isRetriable = error instanceof StorageError && error.isRetriable
    return { reason: (error as Error).message, isRetriable, isDamaged: isDamage(error) }
  }
}

self.onmessage = ({ data }: MessageEvent<GrowingRequest>) => {
  if ('forget' in data) adding.forget(data.forget)
  else self.postMessage(answerTo(data.file, data.segments))
}
