import type { Database } from 'bun:sqlite'
import { statSync } from 'node:fs'
import { guarded, translated } from '../database'
import { createDurably } from '../durably'
import type { Checkpointer } from '../log/checkpointer'

// A transaction goes on for so long: what comes under load shares the pages that it writes, which are
// half of what a statement costs. A kill loses so much, which the follower of the log adds again.
const COMMIT_MS = 50
// A commit of so many writes some thousand pages, for which all other work waits a few milliseconds.
const MAX_CHANGES = 256
const MAX_BYTES = 4 * 1024 * 1024
// Beyond so much, the WAL is moved into the file. With less, popular pages are moved more often.
export const WAL_BYTES = 16 * 1024 * 1024
// With so much the thread that moves it does not get the moment without a transaction that it needs.
const CROWDED_BYTES = 4 * WAL_BYTES

/** Changes share transactions, which outlive a turn of the event loop. Reads see what is pending. */
export interface Commits<Change> {
  /**
   * Makes a change, of which all or nothing is made.
   * @param bytes about how many it has
   * @throws {StorageError} nothing of it is taken as made
   */
  make(change: Change, bytes: number): void
  /** Does work of which nothing need be remembered, since whoever does it does it again. */
  work<Result>(what: string, how: () => Result): Result
  /** Ends the transaction. @throws {StorageError} */
  commit(): void
  /** The WAL has grown so far that whoever has much to change should wait a moment. */
  isCrowded(): boolean
  /** Ends the transaction, and resolves once it is on the disk with all before it, and with the mark. */
  commitDurably(mark: () => void): Promise<void>
  /** Makes again what a failed transaction has lost. @throws {StorageError} as long as it cannot */
  mend(): void
  /** Commits, and closes the file. */
  close(): void
}

/**
 * @param apply makes a change, within a transaction
 * @param onLost is called when a transaction is lost: nothing remembered of it is true any more
 */
export function createCommits<Change>(
  db: Database,
  parts: {
    apply(change: Change): void
    /** Is called after each commit. */
    onCommitted(): void
    onLost(): void
    onFailure(error: unknown): void
    checkpointer: Checkpointer
  },
): Commits<Change> {
  const { apply, onCommitted, onLost, onFailure, checkpointer } = parts
  const wal = `${db.filename}-wal`
  const durably = createDurably(db)
  const [begin, end, undo] = [db.query('BEGIN IMMEDIATE'), db.query('COMMIT'), db.query('ROLLBACK')]
  /** Changes of the transaction that goes on, and those of one that failed. */
  let pending: { change: Change; bytes: number }[] = []
  let lost: typeof pending = []
  let bytes = 0
  let works = 0
  let timer: Timer | undefined
  let isCrowded = false

  function open() {
    if (db.inTransaction) return
    begin.run()
    timer = setTimeout(commitQuietly, COMMIT_MS)
  }

  /** Undoes the transaction: what was made in it has to be made again. */
  function lose() {
    clearTimeout(timer)
    try {
      if (db.inTransaction) undo.run()
    } catch {
      // SQLite has undone it by itself.
    }
    lost = [...lost, ...pending]
    pending = []
    bytes = works = 0
    onLost()
  }

  function within<Result>(what: string, how: () => Result): Result {
    try {
      open()
      return how()
    } catch (error) {
      lose()
      onFailure(error)
      throw translated(what, error)
    }
  }

  function commit() {
    clearTimeout(timer)
    if (!db.inTransaction) return
    try {
      end.run()
    } catch (error) {
      lose()
      onFailure(error)
      throw translated('saving statements', error)
    }
    pending = []
    bytes = works = 0
    onCommitted()
    const size = sizeOf(wal)
    if (size > WAL_BYTES) checkpointer.request(db.filename)
    isCrowded = size > CROWDED_BYTES
  }

  function commitQuietly() {
    try {
      commit()
    } catch {
      // The lost changes are made again before anything is read (`mend`).
    }
  }

  function commitIfFull() {
    if (pending.length + works >= MAX_CHANGES || bytes >= MAX_BYTES) commit()
  }

  function mend() {
    while (lost.length > 0) {
      const first = lost[0]!
      within('adding statements again', () => apply(first.change))
      lost.shift()
      pending.push(first)
    }
  }

  return {
    mend,
    commit,
    isCrowded() {
      if (isCrowded) commitQuietly()
      return isCrowded
    },
    make(change, size) {
      mend()
      within('adding statements', () => apply(change))
      pending.push({ change, bytes: size })
      bytes += size
      commitIfFull()
    },
    work(what, how) {
      mend()
      const result = within(what, how)
      works += 1
      commitIfFull()
      return result
    },
    async commitDurably(mark) {
      mend()
      commit()
      guarded('saving statements', mark)
      // A checkpoint has synced what it moved from the WAL (sqlite.org/pragma.html#pragma_synchronous).
      await durably.synced()
    },
    close() {
      commitQuietly()
      clearTimeout(timer)
      durably[Symbol.dispose]()
      db.close()
    },
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
