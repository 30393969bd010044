import { readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { StorageError } from '../../../error/storage-error'
import type { Erased, Erasure, FileChange } from '../../erasure'
import { translated } from '../database'
import { sync } from '../durable-files'
import type { ArchiveChild } from '../parquet/archive-child'
import { openStaging } from './staging'

// An error names so many of the files that cannot be read.
const NAMED = 10

/** Erases people's records, file by file, in the process that archives. */
export function createEraser(options: { folder: string; refused: string; child: ArchiveChild }) {
  const { folder, refused, child } = options
  // The folder is not that of `write`, which clears its own after each batch.
  const staging = openStaging(join(dirname(folder), 'erasing'))

  async function eraseFrom(
    file: string,
    tenantId: string,
    { actorIds, isDryRun = false }: Erasure,
  ) {
    await staging.make()
    const job = {
      kind: 'erase',
      file,
      staging: staging.path,
      tenantId,
      actorIds,
      isDryRun,
    } as const
    const outcome = await child.run(job)
    if (outcome.kind === 'erased') {
      if (outcome.removed > 0 && !isDryRun) await sync(dirname(file))
      return outcome
    }
    if (outcome.kind === 'refused') return undefined
    throw new StorageError(`erasing from ${file}: ${outcome.reason}`, { isRetriable: true })
  }

  return async function erase(tenantId: string, erasure: Erasure): Promise<Erased> {
    let removed = 0
    let looked = 0
    const files: FileChange[] = []
    const unread: string[] = []
    try {
      for (const root of [folder, refused]) {
        for await (const file of filesIn(root)) {
          const found = await eraseFrom(file, tenantId, erasure)
          if (found === undefined) {
            unread.push(file)
            continue
          }
          removed += found.removed
          looked += found.looked
          const { before, after, removed: ofFile } = found
          const path = relative(dirname(folder), file)
          if (before !== undefined) files.push({ path, before, after, removed: ofFile })
        }
      }
    } catch (error) {
      throw translated('erasing from the lake', error)
    } finally {
      await staging.clear()
    }
    if (unread.length === 0) return { removed, looked, files }
    const named = unread.slice(0, NAMED).join(', ')
    throw new StorageError(`${unread.length} files of the lake cannot be read: ${named}`, {
      isRetriable: false,
    })
  }
}

/** Finds the files of a folder and those below it, in the order of their names. */
async function* filesIn(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesIn(path)
    else if (/\.(parquet|json)$/.test(entry.name)) yield path
  }
}
