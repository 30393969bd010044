import { existsSync } from 'node:fs'
import { link, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Follower } from '../aggregates/follower'
import { LAKE_FOLDER_MODE, makeDurableFolder, sync } from '../durable-files'
import { type Manifest, readJson, writeJson } from './manifest'
import {
  bookOf,
  filesOf,
  folderIn,
  idsOf,
  type LakeFile,
  manifestOf,
  namesIn,
  type Partition,
  settlingOf,
  WHOLE_DAY,
} from './places'

/**
 * The journal says that the files of a day are being exchanged. From the moment that it is there the
 * new files count, and the old ones do not; whoever finds it after a crash goes on.
 */
export interface Journal extends Partition {
  /** The new files are in a folder of this name, until they are in their place. */
  id: string
  add: string[]
  /** The new files are of this hour (`hour=09`), of the whole day where it is left out. */
  hour?: string | undefined
  /** These are left out, and removed: the folder of the hour and the name. */
  remove: Named[]
  /** These have others in their place, which keep their names. */
  replace?: Named[] | undefined
  /** It is as it was where it is left out. */
  manifest?: Manifest | undefined
}

export type Named = [hour: string, name: string]

const journalIn = (folder: string) => join(bookOf(folder), 'journal.json')

export function readJournal(folder: string): Promise<Journal | undefined> {
  return readJson(journalIn(folder))
}

/** Makes the new files count. What the journal names has to be durable. */
export async function commit(folder: string, journal: Journal) {
  await writeJson(journalIn(folder), journal)
}

/** New files are made here: folders are named as they are in the lake, since readers go by them. */
export function stagedIn(
  folder: string,
  one: Partition & { id: string },
  hour: string = WHOLE_DAY,
): string {
  return join(folderIn(join(settlingOf(folder), one.id), one), hour)
}

export const stagedIds = (folder: string, { id }: { id: string }) => {
  return join(settlingOf(folder), id, 'ids')
}

/** Lists the files of its day that count from the journal on, wherever they are by now. */
export async function filesAfter(folder: string, journal: Journal): Promise<LakeFile[]> {
  const { landed, settled } = await filesOf(folder, journal)
  const out = new Set(journal.remove.map(([hour, name]) => `${hour}/${name}`))
  const files = new Map<string, { hour: string; name: string }>()
  for (const { hour, name } of [...landed, ...settled]) {
    if (!out.has(`${hour}/${name}`)) files.set(`${hour}/${name}`, { hour, name })
  }
  const { hour = WHOLE_DAY } = journal
  for (const name of journal.add) files.set(`${hour}/${name}`, { hour, name })
  return [...files.values()].map(({ hour, name }) => {
    return { hour, name, path: placeOf(folder, journal, name, hour) }
  })
}

/** Finds a new file, which is in its place already or not yet. */
function placeOf(folder: string, journal: Journal, name: string, hour: string): string {
  const staged = join(stagedIn(folder, journal, hour), name)
  return existsSync(staged) ? staged : join(folderIn(folder, journal), hour, name)
}

/**
 * Exchanges the files that a journal names. Those who read the folder itself see both for some
 * milliseconds, and never neither. It may have been cut short before.
 */
export async function exchange(folder: string, journal: Journal, step = (_: string) => {}) {
  const { add, remove, replace = [], manifest, hour = WHOLE_DAY } = journal
  const day = folderIn(folder, journal)
  const target = join(day, hour)
  if (add.length > 0) await makeDurableFolder(target, LAKE_FOLDER_MODE)
  for (const name of add) {
    await place(join(stagedIn(folder, journal, hour), name), join(target, name))
    step('placed')
  }
  if (add.length > 0) await sync(target)
  if (existsSync(stagedIds(folder, journal))) {
    await makeDurableFolder(dirname(idsOf(folder, journal)), LAKE_FOLDER_MODE)
    await rename(stagedIds(folder, journal), idsOf(folder, journal))
  }
  step('ids')
  if (manifest !== undefined) await writeJson(manifestOf(folder, journal), manifest)
  step('manifest')
  for (const [hour, name] of replace) {
    await replaceBy(join(stagedIn(folder, journal, hour), name), join(day, hour, name))
    step('replaced')
  }
  for (const [hour, name] of remove) {
    await rm(join(day, hour, name), { force: true })
    step('removed')
  }
  for (const hour of new Set([...replace, ...remove].map(([hour]) => hour))) {
    await sync(join(day, hour)).catch(() => {})
  }
  for (const hour of await namesIn(day)) {
    // It is not empty where more has landed meanwhile.
    if (hour !== WHOLE_DAY) await rmdir(join(day, hour)).catch(() => {})
  }
  await sync(day).catch(() => {})
  step('swept')
  await rm(journalIn(folder), { force: true })
  await sync(bookOf(folder))
  step('done')
}

/** Links a file to its place: a reader that has begun finds it where it was, too. */
async function place(from: string, to: string) {
  if (existsSync(to)) return
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    // There are file systems without links.
    await rename(from, to)
  }
}

/** Puts a file in the place of another in one step, and leaves it where it was, too. */
async function replaceBy(from: string, to: string) {
  if (!existsSync(from)) return
  const linked = `${from}.linked`
  try {
    await rm(linked, { force: true })
    await link(from, linked)
  } catch {
    await rename(from, to)
    return
  }
  await rename(linked, to)
}

/** Finishes an exchange that was cut short, by a crash or a full disk. */
export async function finish(folder: string, follower?: Follower | undefined) {
  const journal = await readJournal(folder)
  if (journal === undefined) return
  await exchange(folder, journal)
  await follower?.follow(journal)
}

/** Finishes what was cut short, and removes what was not begun with. */
export async function recover(folder: string) {
  await finish(folder)
  await rm(settlingOf(folder), { recursive: true, force: true })
}
