import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The owner may read the lake, and so may their group, such as a person who asks it. */
export const LAKE_FILE_MODE = 0o640
export const LAKE_FOLDER_MODE = 0o750

/** Syncs a file, or the entries of a folder, to the disk. */
export async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}

/** Makes a folder and those above it, each of them on the disk before what it holds. */
export async function makeDurableFolder(path: string, mode: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode })
  if (first === undefined) return
  for (let made = path; ; made = dirname(made)) {
    await sync(dirname(made))
    if (made === first) return
  }
}
