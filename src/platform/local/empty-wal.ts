import { stat } from 'node:fs/promises'
import { StorageError } from '../../error/storage-error'
import type { EmptiedWal } from './empty-wal-worker'

// The worker tries for eleven seconds; one that has said nothing by then has died without a word.
const ANSWER_MS = 15_000

/**
 * Moves all of a SQLite file's WAL into it and cuts the WAL to nothing, so that neither holds what was
 * deleted or replaced before the call (in files of `openDatabase`, which overwrites it). Another thread
 * does it, on a connection of its own.
 * @throws {StorageError} when others read the file for longer than it waits, or the disk fails
 */
export async function emptyWal(file: string): Promise<void> {
  const wal = await stat(`${file}-wal`).catch(() => undefined)
  if (wal === undefined || wal.size === 0) return
  const worker = new Worker(new URL('./empty-wal-worker.ts', import.meta.url))
  try {
    const { isEmpty, reason } = await new Promise<EmptiedWal>((resolve) => {
      setTimeout(() => resolve({ isEmpty: false, reason: 'no answer' }), ANSWER_MS).unref()
      worker.onmessage = ({ data }: MessageEvent<EmptiedWal>) => resolve(data)
      worker.onerror = ({ message }) => resolve({ isEmpty: false, reason: message })
      worker.postMessage(file)
    })
    if (!isEmpty) {
      throw new StorageError(`emptying the WAL of ${file}: ${reason}`, { isRetriable: true })
    }
  } finally {
    worker.terminate()
  }
}
