import { readdir, rename, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { retentionClasses } from '../../../event/record'
import type { Log } from '../../../telemetry/log'
import { folderKeys } from '../../shared/lake-layout'
import { translated } from '../database'
import { LAKE_FOLDER_MODE, makeDurableFolder, sync } from '../durable-files'

// A folder of a former version was named by the value alone, at each level of the tree.
const former: Record<(typeof folderKeys)[number], RegExp> = {
  retention_class: new RegExp(`^(${retentionClasses.join('|')})$`),
  day: /^\d{4}-\d\d-\d\d$/,
  hour: /^\d\d$/,
}

/**
 * Gives the folders of a lake of a former version (`standard/2026-11-21/09`) their names of now. It
 * renames folders, not files: a year is some ten thousand of them. Every file can be found at each
 * moment, under the one name or the other, and a start that was cut short goes on at the next.
 * @param roots the folders that hold retention classes
 * @throws {StorageError} when a folder cannot be renamed
 */
export async function migrateLake(roots: readonly string[], log: Log): Promise<void> {
  let renamed = 0

  /** Renames what is in `folder`, from the level `depth` on. */
  async function migrate(folder: string, depth: number) {
    const key = folderKeys[depth]
    if (key === undefined) return
    let isChanged = false
    for (const name of await foldersIn(folder)) {
      const isFormer = former[key].test(name)
      if (!isFormer && !name.startsWith(`${key}=`)) continue
      const place = join(folder, isFormer ? `${key}=${name}` : name)
      if (isFormer) {
        await move(join(folder, name), place)
        renamed += 1
        isChanged = true
      }
      await migrate(place, depth + 1)
    }
    if (isChanged) await sync(folder)
  }

  try {
    for (const root of roots) await migrate(root, 0)
  } catch (error) {
    throw translated('renaming the folders of the lake', error)
  }
  if (renamed > 0) log.info('the folders of the lake have their names of now', { renamed })
}

/**
 * Moves a folder. Where there is one of the name already, since a former version has run on a lake
 * of now, or a move was cut short, what is in it goes there, piece by piece.
 */
async function move(from: string, to: string) {
  try {
    await rename(from, to)
    return
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [piece, place] = [join(from, entry.name), join(to, nameOfNow(entry.name))]
    if (entry.isDirectory()) {
      await makeDurableFolder(place, LAKE_FOLDER_MODE)
      await move(piece, place)
    } else {
      // A file of one name has the records of one batch.
      await rename(piece, place)
    }
  }
  await sync(to)
  await rmdir(from)
  await sync(dirname(from))
}

function nameOfNow(name: string): string {
  const key = (['day', 'hour'] as const).find((one) => former[one].test(name))
  return key === undefined ? name : `${key}=${name}`
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}
