import { Database } from 'bun:sqlite'
import { existsSync } from 'node:fs'

declare const self: Worker

/** The worker answers with what came of emptying a WAL. */
export interface EmptiedWal {
  isEmpty: boolean
  reason: string
}

// A reader at the moment has done so within milliseconds; twenty times half a second and more is
// far beyond the longest read.
const TRIES = 20
const PAUSE_MS = 500

// PASSIVE copies without holding anyone up: first nearly all, then what came meanwhile. TRUNCATE is left
// with a few pages, for which the writer waits a moment (sqlite.org/c3ref/wal_checkpoint_v2).
self.onmessage = async ({ data: file }: MessageEvent<string>) => {
  let reason = 'others read it all the time'
  let isEmpty = false
  for (let tries = 0; tries < TRIES && !isEmpty; tries += 1) {
    if (tries > 0) await Bun.sleep(PAUSE_MS)
    try {
      using db = new Database(file, { readwrite: true })
      // If we lose this race, we try again: the writer must not wait for long.
      db.run('PRAGMA busy_timeout = 50')
      db.run('PRAGMA wal_checkpoint(PASSIVE)')
      db.run('PRAGMA wal_checkpoint(PASSIVE)')
      const row = db.query<{ busy: number }, []>('PRAGMA wal_checkpoint(TRUNCATE)').get()
      isEmpty = row?.busy === 0
    } catch (error) {
      reason = (error as Error).message
      // A file that was deleted meanwhile, as whole generations of the log are, holds nothing.
      isEmpty = !existsSync(file)
    }
  }
  self.postMessage({ isEmpty, reason } satisfies EmptiedWal)
}
