import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { filesOf, type Partition } from '../settle/places'

/** A file with the name and the stamp of another has the same bytes: files are made anew, never changed. */
export interface Stamped {
  /** The folder of the hour and the name. */
  name: string
  stamp: string
  path: string
  bytes: number
}

export const partitionName = ({ retentionClass, day }: Partition) => `${retentionClass}/${day}`

const stampOf = ({ size, mtimeNs }: BigIntStats) => `${size} ${mtimeNs}`

/** Lists the files of a day of the lake. */
export async function stampedFiles(folder: string, one: Partition): Promise<Stamped[]> {
  const { landed, settled } = await filesOf(folder, one)
  const files: Stamped[] = []
  for (const { hour, name, path } of [...landed, ...settled]) {
    const found = await stat(path, { bigint: true })
    const stamp = stampOf(found)
    files.push({ name: `${hour}/${name}`, stamp, path, bytes: Number(found.size) })
  }
  return files
}
