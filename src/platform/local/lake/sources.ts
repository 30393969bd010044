import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Journal, placeOf } from '../settle/journal'
import { filesOf, namesIn, SETTLED, WHOLE_DAY } from '../settle/places'

/** Landed files, as patterns or paths. The times of `zoned` have a zone. */
export interface Landed {
  zoned: string[]
  others: string[]
}

export interface Sources {
  landed: Landed
  /** Settled files, as patterns or paths: those of one list have the same columns. */
  settled: string[][]
}

// Folders of hours, as `hour=09`, or `09` in a lake of a former version.
const HOURS = ['*[01][0-9]', '*2[0-3]']

/**
 * Finds the files that count now. Patterns stand for them, since a year may be half a million; of a
 * day whose files are being exchanged, each is named.
 */
export async function sourcesOf(folder: string, journal: Journal | undefined): Promise<Sources> {
  const sources: Sources = { landed: { zoned: [], others: [] }, settled: [] }
  if (!existsSync(folder)) return sources
  const byColumns = new Map<string, string[]>()
  for (const days of await daysBut(folder, journal)) {
    for (const hour of HOURS) {
      await addWhereAny(sources.landed.zoned, folder, `${days}/${hour}/*z.parquet`)
      await addWhereAny(sources.landed.others, folder, `${days}/${hour}/*[!z].parquet`)
    }
    const others = `${days}/${WHOLE_DAY}/[!s]*.parquet`
    await addWhereAny(sources.landed.others, folder, others)
    for (const count of await countsIn(folder, `${days}/${WHOLE_DAY}/settled-*z.parquet`)) {
      const pattern = join(folder, `${days}/${WHOLE_DAY}/settled-${count}-*z.parquet`)
      byColumns.set(count, [...(byColumns.get(count) ?? []), pattern])
    }
  }
  if (journal !== undefined) await addExchanged(folder, journal, sources, byColumns)
  sources.settled = [...byColumns.values()]
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

async function addExchanged(
  folder: string,
  journal: Journal,
  { landed }: Sources,
  byColumns: Map<string, string[]>,
) {
  const out = new Set(journal.remove.map(([hour, name]) => `${hour}/${name}`))
  const files = await filesOf(folder, journal)
  for (const { hour, name } of files.landed) {
    if (out.has(`${hour}/${name}`)) continue
    const path = placeOf(folder, journal, name, hour)
    landed[name.endsWith('z.parquet') ? 'zoned' : 'others'].push(path)
  }
  const add = new Set(journal.add)
  const stays = files.settled.filter(
    ({ hour, name }) => !out.has(`${hour}/${name}`) && !add.has(name),
  )
  for (const name of [...stays.map(({ name }) => name), ...journal.add]) {
    const path = placeOf(folder, journal, name)
    const count = SETTLED.exec(name)?.[1] ?? ''
    byColumns.set(count, [...(byColumns.get(count) ?? []), path])
  }
}

async function addWhereAny(to: string[], folder: string, pattern: string) {
  for await (const _ of new Bun.Glob(pattern).scan(folder)) {
    to.push(join(folder, pattern))
    return
  }
}

/** Finds of how many columns settled files are. */
async function countsIn(folder: string, pattern: string): Promise<Set<string>> {
  const counts = new Set<string>()
  for await (const path of new Bun.Glob(pattern).scan(folder)) {
    const count = SETTLED.exec(path.slice(path.lastIndexOf('/') + 1))?.[1]
    if (count !== undefined) counts.add(count)
  }
  return counts
}
