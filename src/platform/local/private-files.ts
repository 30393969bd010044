import { chmodSync, closeSync, lstatSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../telemetry/log'

/** Only the user that the server runs as may read what learners did, and the keys to it. */
export const PRIVATE_FILE = 0o600
export const PRIVATE_FOLDER = 0o700

/**
 * Makes an empty file that only its owner may read, where there is none: SQLite would leave the mode
 * to the umask, and gives `-wal` and `-shm` that of their database. A file that is there is not even
 * opened: closing it would drop the locks that SQLite holds on it (sqlite.org/howtocorrupt.html, 2.2).
 */
export function makePrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', PRIVATE_FILE))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

// The names include what SQLite and a save that was cut short leave beside these files. The lake
// has modes of its own.
const OURS = /^(nonius\.db|statements\.db|lock\.db|secret\.key)/

/** Takes from others the rights that an earlier version, or a copy of the folder, gave them. */
export function mendModes(dataDir: string, log: Log): void {
  if (process.platform === 'win32') return // modes mean nothing there
  const hot = join(dataDir, 'hot')
  const own = namesIn(dataDir).filter((name) => OURS.test(name))
  const files = [...own.map((name) => join(dataDir, name)), ...namesIn(hot).map(within(hot))]
  let mended = 0
  let unchanged = 0
  for (const [path, mode] of [
    ...files.map((file) => [file, PRIVATE_FILE] as const),
    [hot, PRIVATE_FOLDER] as const,
    [join(dataDir, 'blobs'), PRIVATE_FOLDER] as const,
  ]) {
    const outcome = narrow(path, mode)
    if (outcome === 'mended') mended += 1
    if (outcome === 'unchanged') unchanged += 1
  }
  if (mended > 0)
    log.warn('others could read files of the data folder; now they cannot', { mended })
  if (unchanged > 0) {
    log.warn('others can read files of the data folder, which belong to another user', {
      kept: unchanged,
    })
  }
}

function narrow(path: string, mode: number): 'private' | 'mended' | 'unchanged' {
  const found = lstatSync(path, { throwIfNoEntry: false })
  // A link is somebody's own arrangement, and chmod would follow it.
  if (found === undefined || found.isSymbolicLink() || (found.mode & 0o777 & ~mode) === 0) {
    return 'private'
  }
  try {
    chmodSync(path, found.mode & mode)
    return 'mended'
  } catch {
    return 'unchanged'
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // the first start
  }
}

function within(folder: string): (name: string) => string {
  return (name) => join(folder, name)
}
