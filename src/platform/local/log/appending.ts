import type { Database } from 'bun:sqlite'
import { guarded } from '../database'
import { createDurably, relaxed, type SyncFile } from '../durably'
import type { Segment } from './segment'
import { bytesOf, checksumOf, described } from './segment-rows'

/** Appends segments to the file of a generation, and waits for the disk beside all other work. */
export interface Appending extends Disposable {
  /** Counts the records that are on the disk: whoever reads the file looks no further. */
  total(): number
  append(
    segments: readonly Segment[],
    place: { first: number; contents: BigUint64Array; now: number },
  ): Promise<void>
  /** Removes what was appended in vain, before anything else is written. @throws {StorageError} */
  mend(): void
}

/** @param total records are in the file */
export function createAppending(db: Database, total: number, sync?: SyncFile): Appending {
  const durably = createDurably(db, { sync })
  const insert = db.query<
    never,
    [number, number, string, number, number, number, number, Uint8Array, Uint8Array, number]
  >(
    `INSERT INTO segments (${described}, body, contents, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const removeFrom = db.query<never, [number]>('DELETE FROM segments WHERE first >= ?')
  /** An append was written, and is not known to be on the disk. */
  let isDoubtful = false

  function mend() {
    if (!isDoubtful) return
    guarded('storing events', () => void removeFrom.run(total))
    durably.mend()
    isDoubtful = false
  }

  return {
    total: () => total,
    mend,

    async append(segments, { first, contents, now: at }) {
      mend()
      let done = 0
      function write() {
        db.run('BEGIN IMMEDIATE')
        try {
          for (const { count, partition, longest, isEscaped, unpacked, body } of segments) {
            const digests = bytesOf(contents.subarray(done, done + count))
            const facts = [count, partition, longest, Number(isEscaped), at, unpacked] as const
            insert.run(first + done, ...facts, body, digests, checksumOf(body, digests))
            done += count
          }
          db.run('COMMIT')
        } catch (error) {
          if (db.inTransaction) db.run('ROLLBACK')
          throw error
        }
      }
      guarded('storing events', () => relaxed(db, write))
      isDoubtful = true
      await durably.synced()
      isDoubtful = false
      total = first + done
    },

    [Symbol.dispose]: () => durably[Symbol.dispose](),
  }
}
