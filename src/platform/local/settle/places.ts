import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { columns } from '../../../event/columns'
import { type RetentionClass, retentionClasses } from '../../../event/record'

/**
 * Settled files stand in this folder of their day, beside those of its hours, so that whoever reads
 * the lake by its folders finds them as before. No hour has this number. (A folder for NULL, as Hive
 * has one, is more than pandas can read.)
 */
export const WHOLE_DAY = 'hour=24'

/** A day of a class of the lake. */
export interface Partition {
  retentionClass: RetentionClass
  /** `YYYY-MM-DD`, UTC, of arrival. */
  day: string
}

export interface LakeFile {
  /** The folder of the hour, as `hour=09`. */
  hour: string
  name: string
  path: string
}

export interface PartitionFiles {
  landed: LakeFile[]
  settled: LakeFile[]
}

/**
 * Settled files are named after how many columns they have: those of one number have the same, and
 * are read without looking into each of them first.
 */
export const SETTLED = /^settled-(\d+)-[0-9a-f]+-\d+z\.parquet$/

/**
 * The landed files of an hour that is over are joined under such a name, sorted: for the view and for the night they
 * are landed, as they were. The number is that of their columns.
 */
export const JOINED = /^joined-(\d+)-[0-9a-f]+-\d+z\.parquet$/

export const joinedStemOf = (id: string) => `joined-${columns.length - 1}-${id}`
export const stemOf = (id: string) => `settled-${columns.length - 1}-${id}`

export function folderIn(root: string, { retentionClass, day }: Partition): string {
  return join(root, `retention_class=${retentionClass}`, `day=${day}`)
}

/** Notes on settled days stand beside the lake's files. @param folder that of the files */
export const bookOf = (folder: string) => join(dirname(folder), 'settled')

/** Files are made in this folder. */
export const settlingOf = (folder: string) => join(dirname(folder), 'settling')

export const manifestOf = (folder: string, one: Partition) =>
  `${folderIn(bookOf(folder), one)}.json`
export const idsOf = (folder: string, one: Partition) => `${folderIn(bookOf(folder), one)}.ids`

/** Lists the days of a lake that are before `until`, the oldest first. */
export async function partitionsOf(folder: string, until = '9999'): Promise<Partition[]> {
  const found: Partition[] = []
  for (const retentionClass of retentionClasses) {
    for (const name of await namesIn(join(folder, `retention_class=${retentionClass}`))) {
      const day = /^day=(\d{4}-\d\d-\d\d)$/.exec(name)?.[1]
      if (day !== undefined && day < until) found.push({ retentionClass, day })
    }
  }
  return found.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))
}

/** Lists the files of a day, in the order of their hours. */
export async function filesOf(folder: string, one: Partition): Promise<PartitionFiles> {
  const place = folderIn(folder, one)
  const files: PartitionFiles = { landed: [], settled: [] }
  for (const hour of (await namesIn(place)).sort()) {
    if (!/^hour=\d\d$/.test(hour)) continue
    for (const name of (await namesIn(join(place, hour))).sort()) {
      if (!name.endsWith('.parquet')) continue
      const kind = hour === WHOLE_DAY && SETTLED.test(name) ? 'settled' : 'landed'
      files[kind].push({ hour, name, path: join(place, hour, name) })
    }
  }
  return files
}

export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
}
