import { randomUUID } from 'node:crypto'
import { readdir, rename } from 'node:fs/promises'
import { dirname, extname, join, relative } from 'node:path'
import { StorageError } from '../../../error/storage-error'
import type { RetentionClass } from '../../../event/record'
import type { ArchiveErasure } from '../../archive'
import type { Erased, FileChange } from '../../erasure'
import type { Follower } from '../aggregates/follower'
import { translated } from '../database'
import { sync } from '../durable-files'
import type { ArchiveChild } from '../parquet/archive-child'
import type { Named } from '../settle/journal'
import type { Lock } from '../settle/lock'
import type { Partition } from '../settle/places'
import { beginReplacing, type Replacing } from '../settle/replace'
import { openStaging } from './staging'

// An error names so many of the files that cannot be read.
const NAMED = 10

/** Erases people's records, file by file, in the process that archives. */
export function createEraser(options: {
  folder: string
  refused: string
  child: ArchiveChild
  placing: Lock
  follower?: Follower | undefined
}) {
  const { folder, refused, child, placing, follower } = options
  // The folder is not that of `write`, which clears its own after each batch.
  const staging = openStaging(join(dirname(folder), 'erasing'))

  async function eraseFrom(
    file: string,
    {
      tenantId,
      replacing,
      ...erasure
    }: ArchiveErasure & { tenantId: string; replacing: Replacing },
  ) {
    const { actorIds, isDryRun = false, leaving = async () => {} } = erasure
    await staging.make()
    const own = placeIn(folder, file)
    const made = own
      ? await replacing.madeFor(...own)
      : join(staging.path, `${randomUUID()}${extname(file)}`)
    const outcome = await child.run({ kind: 'erase', file, made, tenantId, actorIds, isDryRun })
    if (outcome.kind === 'erased') {
      if (outcome.eventIds.length > 0) await leaving(outcome.eventIds)
      if (outcome.removed === 0 || isDryRun) return outcome
      if (own) await replacing.replace(...own)
      else {
        await rename(made, file)
        await sync(dirname(file))
      }
      return outcome
    }
    if (outcome.kind === 'refused') return undefined
    throw new StorageError(`erasing from ${file}: ${outcome.reason}`, { isRetriable: true })
  }

  return async function erase(tenantId: string, erasure: ArchiveErasure): Promise<Erased> {
    let removed = 0
    let looked = 0
    const files: FileChange[] = []
    const unread: string[] = []
    await using replacing = beginReplacing({ folder, placing, follower })
    try {
      for (const root of [folder, refused]) {
        for await (const file of filesIn(root)) {
          const found = await eraseFrom(file, { ...erasure, tenantId, replacing })
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
      await replacing.finish()
      if (!erasure.isDryRun) await follower?.sweep()
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

/** Tells which file of which day it is; undefined of one that no query finds. */
function placeIn(folder: string, file: string): [Partition, Named] | undefined {
  const place = /^retention_class=(\w+)\/day=([\d-]+)\/(hour=\d\d)\/([^/]+\.parquet)$/
  const [, retentionClass, day, hour, name] = place.exec(relative(folder, file)) ?? []
  if (name === undefined) return undefined
  return [{ retentionClass: retentionClass as RetentionClass, day: day! }, [hour!, name]]
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
