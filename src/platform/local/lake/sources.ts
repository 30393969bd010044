import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { filesAfter, type Journal } from '../settle/journal'
import { namesIn, WHOLE_DAY } from '../settle/places'

/** Files of the lake, as patterns or paths. */
export interface Sources {
  /** They were written since times have a zone, landed or settled. */
  zoned: string[]
  /** They are of a former version, or somebody put them there. */
  others: string[]
}

/** Tells by its name which of the two a file is. */
export const kindOf = (name: string) => (name.endsWith('z.parquet') ? 'zoned' : 'others')

// Folders of hours, as `hour=09`, or `09` in a lake of a former version.
const HOURS = ['*[01][0-9]', '*2[0-3]']

/**
 * Finds the files that count now. Patterns stand for them, since a year may be half a million; of a
 * day whose files are being exchanged, each is named.
 */
export async function sourcesOf(folder: string, journal: Journal | undefined): Promise<Sources> {
  const sources: Sources = { zoned: [], others: [] }
  if (!existsSync(folder)) return sources
  for (const days of await daysBut(folder, journal)) await addOfDays(sources, folder, days)
  if (journal !== undefined) {
    for (const { name, path } of await filesAfter(folder, journal)) sources[kindOf(name)].push(path)
  }
  return sources
}

/** Writes patterns of days that have all but the one of a journal. */
async function daysBut(folder: string, journal: Journal | undefined): Promise<string[]> {
  if (journal === undefined) return ['*/*']
  const [own, day] = [`retention_class=${journal.retentionClass}`, `day=${journal.day}`]
  const classes = (await namesIn(folder)).filter((name) => name !== own)
  const days = (await namesIn(join(folder, own))).filter((name) => name !== day)
  return [...classes.map((name) => `${name}/*`), ...days.map((name) => `${own}/${name}`)]
}

/**
 * Adds those patterns of some days that stand for a file. Folders may go while they are looked through, with rows
 * that expire or were erased: they have none then.
 */
async function addOfDays({ zoned, others }: Sources, folder: string, days: string) {
  const patternOf = (to: string[], hour: string, file: string) => {
    const path = join(folder, days, hour, file)
    return { to, path, hour: new Bun.Glob(hour), file: new Bun.Glob(file), isFound: false }
  }
  const patterns = [
    ...HOURS.map((hour) => patternOf(zoned, hour, '*z.parquet')),
    ...HOURS.map((hour) => patternOf(others, hour, '*[!z].parquet')),
    patternOf(zoned, WHOLE_DAY, 'settled-*z.parquet'),
    patternOf(others, WHOLE_DAY, '[!s]*.parquet'),
  ]
  for await (const day of placesIn(folder, days.split('/'))) {
    for (const hour of await visibleIn(day)) {
      const asked = patterns.filter((one) => !one.isFound && one.hour.match(hour))
      if (asked.length === 0) continue
      for (const name of await visibleIn(join(day, hour))) {
        for (const one of asked) one.isFound ||= one.file.match(name)
      }
    }
  }
  for (const { to, path, isFound } of patterns) if (isFound) to.push(path)
}

/** Finds the folders that patterns stand for, each of a name. */
async function* placesIn(folder: string, [first, ...rest]: string[]): AsyncGenerator<string> {
  if (first === undefined) yield folder
  else {
    const names = new Bun.Glob(first)
    for (const name of await visibleIn(folder)) {
      if (names.match(name)) yield* placesIn(join(folder, name), rest)
    }
  }
}

/** Lists names but those that begin with a dot: where there is nothing else, nothing is to be read. */
async function visibleIn(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => !name.startsWith('.'))
}
