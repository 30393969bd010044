import type { Database } from 'bun:sqlite'
import { closeSync, fdatasync, openSync } from 'node:fs'
import { StorageError } from '../../error/storage-error'
import { BUSY_MS, guarded, translated } from './database'
import type { Checkpointer } from './log/checkpointer'

/**
 * Commits of a SQLite file wait for the disk beside all other work. A commit of our own thread holds up
 * every request for as long as its fsync takes; these are written without (`relaxed`), and the file is
 * synced on another thread.
 */
export interface Durably extends Disposable {
  /**
   * Resolves once all that was committed before the call is on the disk.
   * @throws {StorageError} when that is not known of all of it; nothing may rely on it then
   */
  synced(): Promise<void>
  /**
   * Mends a file of which a sync failed. The kernel forgets what it could not write, so another sync would
   * say nothing of it; what was committed is put into the file itself instead. It waits for the disk.
   * @throws {StorageError} as long as that fails
   */
  mend(): void
}

export type SyncFile = (fd: number) => Promise<void>

interface Options {
  /** Stands in for the disk in tests. */
  sync?: SyncFile | undefined
  /** Moves the WAL into the file from time to time, which is left to SQLite without it. */
  checkpointer?: Pick<Checkpointer, 'request'> | undefined
}

// A busy file has some megabytes in its WAL by then. SQLite itself would have our thread move them.
const CHECKPOINT_MS = 5000

// It leaves out the times of the file, which nobody needs: where the WAL has its length already, no
// journal of the file system waits for the data of others.
const usual: SyncFile = (fd) =>
  new Promise((resolve, reject) =>
    fdatasync(fd, (error) => (error ? reject(error) : resolve(undefined))),
  )

/**
 * Runs `work`, whose commits are not synced (in WAL mode `NORMAL` syncs at checkpoints only): a kill loses
 * nothing of them, a power cut the latest, and never one without all after it.
 */
export function relaxed<T>(db: Database, work: () => T): T {
  db.run('PRAGMA synchronous = NORMAL')
  try {
    return work()
  } finally {
    db.run('PRAGMA synchronous = FULL')
  }
}

/** @param db opened by `openDatabase`. What is only in memory is as durable as it will ever be. */
export function createDurably(db: Database, { sync = usual, checkpointer }: Options = {}): Durably {
  const isFile = db.filename !== '' && db.filename !== ':memory:'
  let fd: number | undefined
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  let isDoubtful = false
  let isClosed = false
  let movedAt = performance.now()

  function mend() {
    if (!isDoubtful) return
    guarded('moving the WAL into its file', () => {
      // All would wait for whoever reads; the next try is soon.
      db.run('PRAGMA busy_timeout = 50')
      try {
        const row = db.query<{ busy: number }, []>('PRAGMA wal_checkpoint(TRUNCATE)').get()
        if (row?.busy !== 0) throw new StorageError('others read the WAL', { isRetriable: true })
      } finally {
        db.run(`PRAGMA busy_timeout = ${BUSY_MS}`)
      }
    })
    isDoubtful = false
  }

  function moveSometimes() {
    if (checkpointer === undefined || performance.now() - movedAt < CHECKPOINT_MS) return
    movedAt = performance.now()
    checkpointer.request(db.filename, 'patient')
  }

  function close() {
    if (fd !== undefined) closeSync(fd)
    fd = undefined
  }

  async function run() {
    try {
      if (isClosed) throw new StorageError('the file is closed', { isRetriable: true })
      mend()
      // SQLite keeps the WAL until the last connection is closed, and ours is open.
      fd ??= openSync(`${db.filename}-wal`, 'r+')
      await sync(fd)
      moveSometimes()
    } catch (error) {
      isDoubtful = true
      throw translated('waiting for the disk', error)
    }
  }

  /** Runs one sync at a time. A commit that came after one began needs the next, with all others. */
  function begin(): Promise<void> {
    const own = run().finally(() => {
      running = undefined
    })
    running = own
    return own
  }

  return {
    mend,
    synced() {
      if (!isFile) return Promise.resolve()
      if (running === undefined) return begin()
      next ??= running
        .catch(() => {})
        .then(() => {
          next = undefined
          return begin()
        })
      return next
    },
    [Symbol.dispose]() {
      isClosed = true
      // A sync that was begun has the number of the file, which another file might get.
      if (running === undefined) close()
      else void running.catch(() => {}).then(close)
    },
  }
}
