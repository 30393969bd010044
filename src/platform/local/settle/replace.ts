import { randomBytes } from 'node:crypto'
import { rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LAKE_FOLDER_MODE, makeDurableFolder, sync } from '../durable-files'
import { type Exchanging, exchangeForReaders } from './exchange-for-readers'
import { type Named, stagedIn } from './journal'
import { type Partition, settlingOf } from './places'

// Files that are made wait beside the lake until there are so many: readers are waited for once
// for many small files, and a disk that is nearly full holds no more than this twice.
const MOST = { files: 128, bytes: 64 * 1024 * 1024 }

/** Files of days are written anew, and exchanged for those that have their names. */
export interface Replacing extends AsyncDisposable {
  /** Tells where a file is to be made that is for the place of another; its folder is there. */
  madeFor(one: Partition, file: Named): Promise<string>
  /** The file has been made, durably. It is exchanged now, or with the next ones. */
  replace(one: Partition, file: Named): Promise<void>
  /** The file goes. */
  remove(one: Partition, file: Named): Promise<void>
  /** Resolves when everything is in its place, and the old files are gone. */
  finish(): Promise<void>
}

/**
 * Replaces files that are read meanwhile. A file that takes another's place under a reader's hands
 * makes DuckDB fail, or worse: it looks for pages of the old one in the new.
 */
export function beginReplacing(exchanging: Exchanging): Replacing {
  const { folder } = exchanging
  let open: { one: Partition; id: string; replace: Named[]; remove: Named[] } | undefined
  let bytes = 0

  async function of(one: Partition) {
    const isSame = open?.one.day === one.day && open.one.retentionClass === one.retentionClass
    if (!isSame) await finish()
    open ??= { one, id: randomBytes(6).toString('hex'), replace: [], remove: [] }
    return open
  }

  async function finish() {
    if (open === undefined) return
    const { one, ...rest } = open
    open = undefined
    bytes = 0
    if (rest.replace.length + rest.remove.length === 0) {
      await rm(join(settlingOf(folder), rest.id), { recursive: true, force: true })
      return
    }
    for (const hour of new Set(rest.replace.map(([hour]) => hour))) {
      await sync(stagedIn(folder, { ...one, id: rest.id }, hour))
    }
    await exchangeForReaders({ ...one, ...rest, add: [] }, exchanging)
  }

  async function finishIfMany() {
    const files = (open?.replace.length ?? 0) + (open?.remove.length ?? 0)
    if (files >= MOST.files || bytes >= MOST.bytes) await finish()
  }

  return {
    async madeFor(one, [hour, name]) {
      const { id } = await of(one)
      const made = join(stagedIn(folder, { ...one, id }, hour), name)
      await makeDurableFolder(dirname(made), LAKE_FOLDER_MODE)
      return made
    },
    async replace(one, file) {
      const { id, replace } = await of(one)
      const [hour, name] = file
      bytes += (await stat(join(stagedIn(folder, { ...one, id }, hour), name))).size
      replace.push(file)
      await finishIfMany()
    },
    async remove(one, file) {
      const { remove } = await of(one)
      remove.push(file)
      await finishIfMany()
    },
    finish,

    /** Files that are not exchanged by now go: their maker failed. */
    async [Symbol.asyncDispose]() {
      if (open !== undefined) {
        await rm(join(settlingOf(folder), open.id), { recursive: true, force: true })
        open = undefined
      }
      // It stays where somebody else has files in it.
      await rmdir(settlingOf(folder)).catch(() => {})
    },
  }
}
