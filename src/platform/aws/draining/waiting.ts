import type { BlobEntry, BlobStore } from '../../blob-store'

/** A folder in which something waits. */
export interface WaitingFolder {
  /** The beginning of its keys, with the slash at its end. */
  prefix: string
  /** So many blobs are in it, at least: of a folder with more than a list has, not all are counted. */
  count: number
  /** The oldest of these was put then, in ms since 1970. */
  oldest: number
}

interface Where {
  prefix: string
  /** A folder is so many steps below the prefix. */
  steps: number
  /** No more lists are asked for. */
  maxLists?: number
}

// One list of S3 has at most so many keys (ListObjectsV2, API reference), and costs as much as a put.
const PAGE = 1000

// There are 256 lanes; of shards that gave up batches, two functions have some hundred in a bad day.
const MAX_LISTS = 600

// It sorts behind all signs that keys of these folders have.
const BEHIND_ALL = '~'

/**
 * Finds the folders below a prefix in which something lies, in the order of their names: one list where nothing
 * does, and not many more than there are full folders where much does.
 * @throws {StorageError}
 */
export async function foldersThatWait(
  blobs: Pick<BlobStore, 'list'>,
  { prefix, steps, maxLists = MAX_LISTS }: Where,
): Promise<WaitingFolder[]> {
  const folders = new Map<string, WaitingFolder>()
  let after: string | undefined
  for (let lists = 0; lists < maxLists; lists += 1) {
    const page = await blobs.list(prefix, PAGE, after)
    for (const entry of page) note(folders, folderOf(entry.key, prefix, steps), entry)
    if (page.length < PAGE) break
    // The rest of the folder in which the list ended is not counted: how much waits need not be known better.
    const { key } = page.at(-1)!
    const folder = folderOf(key, prefix, steps)
    after = folder === prefix ? key : `${folder}${BEHIND_ALL}`
  }
  return [...folders.values()]
}

function folderOf(key: string, prefix: string, steps: number): string {
  const parts = key.slice(prefix.length).split('/')
  // One that lies higher up is in the folder where it lies.
  const below = parts.slice(0, Math.min(steps, parts.length - 1))
  return below.length === 0 ? prefix : `${prefix}${below.join('/')}/`
}

function note(folders: Map<string, WaitingFolder>, prefix: string, { storedAt }: BlobEntry) {
  const at = Date.parse(storedAt)
  const known = folders.get(prefix)
  if (known === undefined) folders.set(prefix, { prefix, count: 1, oldest: at })
  else {
    known.count += 1
    known.oldest = Math.min(known.oldest, at)
  }
}
