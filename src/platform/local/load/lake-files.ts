import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { retentionClasses } from '../../../event/record'
import { kindOf, type Sources } from '../lake/sources'
import { type Journal, placeOf } from '../settle/journal'
import { filesOf, type Partition, partitionsOf, WHOLE_DAY } from '../settle/places'

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
  const found = await filesOf(folder, one)
  const isExchanged = journal?.day === day && journal.retentionClass === retentionClass
  const places = isExchanged
    ? exchanged(folder, journal, found)
    : [...found.landed, ...found.settled].map(({ hour, name, path }) => ({
        file: `${hour}/${name}`,
        path,
      }))
  const files: LakeFileSeen[] = []
  for (const { file, path } of places) {
    const seen = await stat(path, { bigint: true }).catch(goneIsNone)
    if (seen !== undefined) {
      files.push({ file, path, bytes: Number(seen.size), changed: String(seen.mtimeNs) })
    }
  }
  return { ...one, files }
}

function exchanged(folder: string, journal: Journal, found: Awaited<ReturnType<typeof filesOf>>) {
  const out = new Set(journal.remove.map(([hour, name]) => `${hour}/${name}`))
  const stays = [...found.landed, ...found.settled].filter(
    ({ hour, name }) => !out.has(`${hour}/${name}`),
  )
  const names = new Map(stays.map(({ hour, name }) => [`${hour}/${name}`, { hour, name }]))
  for (const name of journal.add) names.set(`${WHOLE_DAY}/${name}`, { hour: WHOLE_DAY, name })
  return [...names].map(([file, { hour, name }]) => {
    return { file, path: placeOf(folder, journal, name, hour) }
  })
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
