import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LAKE_FILE_MODE, LAKE_FOLDER_MODE, makeDurableFolder, sync } from '../durable-files'
import { rowsOfFile } from '../parquet/join-parquet'
import { exchangeForReaders } from './exchange-for-readers'
import { stagedIn } from './journal'
import { withNames } from './manifest'
import { filesOf, JOINED, joinedStemOf, type Partition, settlingOf } from './places'
import { checkRoom, createSorter, Interrupted, type Settling } from './sort-runs'

/** The landed files of an hour were joined. */
export interface JoinedHour {
  rows: number
  filesBefore: number
  filesAfter: number
}

/**
 * Joins the landed files of an hour into sorted runs, as many as the night would make of them: a query over a day that
 * is not settled opens a few files an hour instead of one a minute, and the night has them sorted already. Copies are left
 * in, and the night finds them.
 */
export function createHourJoiner(settling: Settling) {
  const { folder, isUnwanted, sizes } = settling
  const { sort } = createSorter(settling)

  return async function joinHour(one: Partition, hour: string): Promise<JoinedHour | undefined> {
    const { landed } = await filesOf(folder, one)
    const files = landed.filter((file) => file.hour === hour && !JOINED.test(file.name))
    if (files.length < sizes.leastFiles) return undefined
    const id = randomBytes(6).toString('hex')
    const root = settlingOf(folder)
    const staging = join(root, id)
    const place = stagedIn(folder, { ...one, id }, hour)
    let isCommitted = false
    try {
      await makeDurableFolder(root, LAKE_FOLDER_MODE)
      await mkdir(join(staging, 'runs'), { recursive: true, mode: LAKE_FOLDER_MODE })
      await makeDurableFolder(place, LAKE_FOLDER_MODE)
      await checkRoom(staging, files)
      const { runs, rows } = await sort(files, join(staging, 'runs'), staging)
      const add: string[] = []
      let found = 0
      for (const [number, run] of runs.entries()) {
        found += await rowsOfFile(run)
        await chmod(run, LAKE_FILE_MODE)
        await sync(run)
        const name = `${joinedStemOf(id)}-${number}z.parquet`
        await rename(run, join(place, name))
        add.push(name)
      }
      if (found !== rows) throw new Error('rows were lost between two steps')
      await sync(place)
      const remove = files.map(({ name }): [string, string] => [hour, name])
      const manifest = await withNames(folder, one, files)
      if (isUnwanted()) throw new Interrupted()
      isCommitted = true
      await exchangeForReaders({ ...one, id, hour, add, remove, manifest }, settling)
      return { rows, filesBefore: files.length, filesAfter: add.length }
    } finally {
      if (!isCommitted) await rm(staging, { recursive: true, force: true })
    }
  }
}
