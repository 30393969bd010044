import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import type { BlobEntry, BlobStore } from '../blob-store'
import { checkBlobKey } from '../shared/blob-key'
import { pathOf } from './blobs/names'
import { walk } from './blobs/walk'
import { translated } from './database'
import { sync } from './durable-files'
import { PRIVATE_FILE, PRIVATE_FOLDER } from './private-files'

// A folder that is removed at the moment at which something is put into it is made again: each of
// our tries may meet one delete.
const MAX_TRIES = 10

/** The folder of unfinished blobs has a name with which that of no key begins. */
const STAGING = '.new'

/**
 * Opens a folder with a file for each blob, for their owner only. A blob is written beside, and is
 * in its place by one rename: a process that is killed leaves the old one, or the new one, or none.
 * @param folder made with the first blob; no other process may have it open
 */
export function openBlobStore(folder: string): BlobStore {
  const staging = join(folder, STAGING)
  removeLeftovers(staging)
  const fileOf = (key: string) => {
    checkBlobKey(key)
    return join(folder, ...pathOf(key))
  }

  async function write(bytes: Uint8Array): Promise<string> {
    const file = join(staging, randomUUID())
    try {
      await using handle = await open(file, 'wx', PRIVATE_FILE)
      await handle.writeFile(bytes)
      await handle.sync()
      return file
    } catch (error) {
      await rm(file, { force: true })
      throw error
    }
  }

  async function moveTo(file: string, written: string) {
    for (let tries = 1; ; tries += 1) {
      try {
        await mkdir(dirname(file), { recursive: true, mode: PRIVATE_FOLDER })
        await rename(written, file)
        break
      } catch (error) {
        if (!isGone(error) || tries === MAX_TRIES) throw error
      }
    }
    // Every folder on the way is synced: another put may have made it, and not have it on disk yet.
    for (let path = dirname(file); path !== dirname(folder); path = dirname(path)) {
      await unlessGone(sync(path))
    }
    await sync(dirname(folder))
  }

  /** Removes folders that hold nothing any more, since their names may tell of somebody. */
  async function removeEmpty(path: string) {
    for (let empty = path; empty !== folder; empty = dirname(empty)) {
      // `rmdir` fails when the folder is not empty, or others were faster.
      if (
        !(await rmdir(empty).then(
          () => true,
          () => false,
        ))
      )
        return
      await sync(dirname(empty))
    }
  }

  return {
    put: (key, bytes) =>
      guarded('saving a blob', async () => {
        const file = fileOf(key)
        await mkdir(staging, { recursive: true, mode: PRIVATE_FOLDER })
        const written = await write(bytes)
        try {
          await moveTo(file, written)
        } catch (error) {
          await rm(written, { force: true })
          throw error
        }
      }),

    get: (key) =>
      guarded('reading a blob', async () => {
        const file = fileOf(key)
        return unlessGone(readFile(file).then((bytes) => new Uint8Array(bytes)))
      }),

    list: (prefix, limit, after = '') =>
      guarded('listing blobs', async () => {
        const asked = { prefix: Buffer.from(prefix), after: Buffer.from(after) }
        const entries: BlobEntry[] = []
        for await (const { key, file } of walk(folder, asked)) {
          const found = await unlessGone(stat(file))
          if (found === undefined) continue
          entries.push({ key, bytes: found.size, storedAt: found.mtime.toISOString() })
          if (entries.length === limit) break
        }
        return entries
      }),

    delete: (key) =>
      guarded('deleting a blob', async () => {
        const file = fileOf(key)
        if ((await unlessGone(unlink(file).then(() => true))) === undefined) return
        await unlessGone(sync(dirname(file)))
        await removeEmpty(dirname(file))
      }),
  }
}

/** Removes the unfinished blobs of a process that was killed while it wrote. */
function removeLeftovers(staging: string) {
  try {
    rmSync(staging, { recursive: true, force: true })
  } catch {
    // A leftover takes room, and does no other harm.
  }
}

/**
 * Runs `work` and translates what the file system throws into the one error that crosses a port.
 */
async function guarded<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (thrown) {
    const error = translated(what, thrown)
    if (error instanceof StorageError) throw error
    const { message } = error as Error
    throw new StorageError(`${what}: ${message}`, { isRetriable: false, cause: error })
  }
}

async function unlessGone<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
