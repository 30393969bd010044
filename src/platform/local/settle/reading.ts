import { randomUUID } from 'node:crypto'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LAKE_FILE_MODE, LAKE_FOLDER_MODE } from '../durable-files'
import { type Journal, readJournal } from './journal'
import { bookOf, namesIn } from './places'

/** A reading is a query's: what it found when it began is there until it ends. */
export interface Reading extends AsyncDisposable {
  /** A day is being exchanged: its new files are read where they are, its old ones no more. */
  journal: Journal | undefined
  /**
   * Tells whether the files are those that it began with. An exchange that came later waits for it, whose lease
   * was there before; only a reader that could write none has to look.
   */
  isSame(): Promise<boolean>
}

// A reader says that it reads by a file in this folder. Who may not write there is not waited for.
const readingIn = (folder: string) => join(dirname(folder), 'reading')

export async function beginReading(folder: string): Promise<Reading> {
  const lease = join(readingIn(folder), `${process.pid}-${randomUUID()}`)
  await mkdir(dirname(lease), { mode: LAKE_FOLDER_MODE }).catch(() => {})
  const isWaitedFor = await writeFile(lease, '', { mode: LAKE_FILE_MODE }).then(
    () => true,
    () => false,
  )
  // The lease comes before the journal: an exchange either waits for it, or is in the journal that is read now, or over.
  const stamp = await stampOf(folder)
  const journal = await readJournal(folder)
  return {
    journal,
    isSame: async () => isWaitedFor || (await stampOf(folder)) === stamp,
    async [Symbol.asyncDispose]() {
      await rm(lease, { force: true }).catch(() => {})
    },
  }
}

/** The folder changes whenever a journal comes or goes. */
async function stampOf(folder: string): Promise<string> {
  const found = await stat(bookOf(folder), { bigint: true }).catch(() => undefined)
  return String(found?.mtimeNs)
}

// A query lasts five minutes at most (`lakeLimits`); what is older was left by a machine that died.
const OLDEST_MS = 6 * 60_000
const LOOK_MS = 50

/** Resolves once those that read now have ended. */
export async function readersEnd(folder: string, signal?: AbortSignal): Promise<void> {
  const place = readingIn(folder)
  let names = await namesIn(place)
  while (names.length > 0) {
    const here = new Set(await namesIn(place))
    const there: string[] = []
    for (const name of names) {
      if (!here.has(name)) continue
      if (await isOver(join(place, name), name)) await rm(join(place, name), { force: true })
      else there.push(name)
    }
    names = there
    if (names.length > 0) await sleep(LOOK_MS, undefined, { signal })
  }
}

async function isOver(path: string, name: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || Date.now() - found.mtimeMs > OLDEST_MS) return true
  try {
    process.kill(Number.parseInt(name, 10), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
