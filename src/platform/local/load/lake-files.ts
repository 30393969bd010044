import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { retentionClasses } from '../../../event/record'
import { kindOf, type Sources } from '../lake/sources'
import { filesAfter, type Journal } from '../settle/journal'
import { filesOf, type LakeFile, type Partition, partitionsOf } from '../settle/places'

/** A file of the lake as a load remembers it. One that is exchanged keeps its name, and changes. */
export interface FileSeen {
  /** The hour and the name, as `hour=09/….parquet`. */
  file: string
  bytes: number
  /** When its bytes were written, in nanoseconds since 1970. */
  changed: string
}

export interface LakeFileSeen extends FileSeen {
  path: string
}

export interface Day extends Partition {
  files: LakeFileSeen[]
}

/**
 * Lists the days of a lake with the files that count now, the oldest day first.
 * @param journal of a day whose files are being exchanged: its new ones count
 */
export async function daysOf(folder: string, journal: Journal | undefined): Promise<Day[]> {
  const days: Day[] = []
  for (const one of await partitionsOf(folder)) days.push(await dayOf(folder, one, journal))
  return days.filter(({ files }) => files.length > 0)
}

/** Lists the files of one day that count now. */
export async function dayOf(
  folder: string,
  { retentionClass, day }: Partition,
  journal: Journal | undefined,
): Promise<Day> {
  const one = { retentionClass, day }
  const isExchanged = journal?.day === day && journal.retentionClass === retentionClass
  const files: LakeFileSeen[] = []
  for (const { hour, name, path } of await (isExchanged
    ? filesAfter(folder, journal)
    : listed(folder, one))) {
    const file = `${hour}/${name}`
    const seen = await stat(path, { bigint: true }).catch(goneIsNone)
    if (seen !== undefined) {
      files.push({ file, path, bytes: Number(seen.size), changed: String(seen.mtimeNs) })
    }
  }
  return { ...one, files }
}

async function listed(folder: string, one: Partition): Promise<LakeFile[]> {
  const { landed, settled } = await filesOf(folder, one)
  return [...landed, ...settled]
}

/** Tells whether files are still those that were listed: none was exchanged, or is gone. */
export async function areSame(files: readonly LakeFileSeen[]): Promise<boolean> {
  for (const { path, bytes, changed } of files) {
    const seen = await stat(path, { bigint: true }).catch(goneIsNone)
    if (seen === undefined) return false
    if (Number(seen.size) !== bytes || String(seen.mtimeNs) !== changed) return false
  }
  return true
}

function goneIsNone(error: NodeJS.ErrnoException): BigIntStats | undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}

/** Sorts files by how they are read. */
export function sourcesIn(files: readonly LakeFileSeen[]): Sources {
  const sources: Sources = { zoned: [], others: [] }
  for (const { file, path } of files) sources[kindOf(file)].push(path)
  return sources
}

/** Names a day of a class in one word. */
export const nameOf = ({ retentionClass, day }: Partition) => `${day} ${retentionClass}`

/** Reads what `nameOf` wrote. @returns undefined for what no day of a lake is named */
export function partitionNamed(name: string): Partition | undefined {
  const [day = '', word] = name.split(' ')
  const retentionClass = retentionClasses.find((one) => one === word)
  return retentionClass && { retentionClass, day }
}
