import { Database } from 'bun:sqlite'

declare const self: Worker

// PASSIVE copies without holding anyone up: first nearly all, then what came meanwhile. RESTART is left
// with a few pages, for which the writer waits a moment, and lets it begin the WAL anew
// (sqlite.org/c3ref/wal_checkpoint_v2).
self.onmessage = ({ data: file }: MessageEvent<string>) => {
  try {
    using db = new Database(file, { readwrite: true })
    // The writer's commits take a millisecond; if we lose this race, the next request tries again.
    db.run('PRAGMA busy_timeout = 50')
    db.run('PRAGMA wal_checkpoint(PASSIVE)')
    db.run('PRAGMA wal_checkpoint(PASSIVE)')
    db.run('PRAGMA wal_checkpoint(RESTART)')
  } finally {
    self.postMessage('done')
  }
}
