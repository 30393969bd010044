import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StorageError } from '../../../error/storage-error'
import type { Erased } from '../../erasure'
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

  async function eraseFrom(file: string, tenantId: string, actorIds: readonly string[]) {
    await staging.make()
    const job = { kind: 'erase', file, staging: staging.path, tenantId, actorIds } as const
    const outcome = await child.run(job)
    if (outcome.kind === 'erased') {
      if (outcome.removed > 0) await sync(dirname(file))
      return outcome.removed
    }
    if (outcome.kind === 'refused') return undefined
    throw new StorageError(`erasing from ${file}: ${outcome.reason}`, { isRetriable: true })
  }

  return async function erase(tenantId: string, actorIds: readonly string[]): Promise<Erased> {
    let removed = 0
    const unread: string[] = []
    try {
      for (const root of [folder, refused]) {
        for await (const file of filesIn(root)) {
          const found = await eraseFrom(file, tenantId, actorIds)
          if (found === undefined) unread.push(file)
          removed += found ?? 0
        }
      }
    } catch (error) {
      throw translated('erasing from the lake', error)
    } finally {
      await staging.clear()
    }
    if (unread.length === 0) return { removed }
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
