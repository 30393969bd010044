import { Database } from 'bun:sqlite'
import { statSync } from 'node:fs'
import type { CheckpointRequest } from './checkpointer'

declare const self: Worker

// Each pass is left with what came during the one before.
const PASSES = 3
// A WAL that is as long is begun anew, whoever waits for that.
const LONG = 32 * 1024 * 1024

/** Moves without holding anyone up. @returns false when something came meanwhile, and is left */
function movesAll(db: Database): boolean {
  for (let pass = 0; pass < PASSES; pass += 1) {
    const row = db
      .query<{ log: number; checkpointed: number }, []>('PRAGMA wal_checkpoint(PASSIVE)')
      .get()
    // The next writer begins the WAL anew.
    if (row?.log === row?.checkpointed) return true
  }
  return false
}

// PASSIVE copies without holding anyone up: first nearly all, then what came meanwhile. RESTART is left
// with a few pages, for which the writer waits a moment, and lets it begin the WAL anew
// (sqlite.org/c3ref/wal_checkpoint_v2).
self.onmessage = ({ data: { file, how } }: MessageEvent<CheckpointRequest>) => {
  try {
    using db = new Database(file, { readwrite: true })
    // The writer's commits take a millisecond; if we lose this race, the next request tries again.
    db.run('PRAGMA busy_timeout = 50')
    const isMoved = movesAll(db)
    if (how === 'last') return void db.run('PRAGMA wal_checkpoint(TRUNCATE)')
    if (isMoved || (how === 'patient' && statSync(`${file}-wal`).size < LONG)) return
    db.run('PRAGMA wal_checkpoint(RESTART)')
  } catch {
    // The disk may be full: the next request tries again. An error that is thrown here ends the thread.
  } finally {
    self.postMessage('done')
  }
}
