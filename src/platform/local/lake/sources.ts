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
  for (const days of await daysBut(folder, journal)) {
    for (const hour of HOURS) {
      await addWhereAny(sources.zoned, folder, `${days}/${hour}/*z.parquet`)
      await addWhereAny(sources.others, folder, `${days}/${hour}/*[!z].parquet`)
    }
    await addWhereAny(sources.zoned, folder, `${days}/${WHOLE_DAY}/settled-*z.parquet`)
    await addWhereAny(sources.others, folder, `${days}/${WHOLE_DAY}/[!s]*.parquet`)
  }
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

async function addWhereAny(to: string[], folder: string, pattern: string) {
  for await (const _ of new Bun.Glob(pattern).scan(folder)) {
    to.push(join(folder, pattern))
    return
  }
}
