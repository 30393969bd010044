import { StorageError } from '../../../error/storage-error'
import { isSent } from '../../shared/events-view'
import { rowsIn } from '../lake/view'
import { literal } from '../parquet/duck'
import type { Partition } from '../settle/places'
import { beginReading } from '../settle/reading'
import {
  areSame,
  type Day,
  dayOf,
  daysOf,
  type FileSeen,
  type LakeFileSeen,
  nameOf,
  sourcesIn,
} from './lake-files'
import { type Change, type Position, type Target, targetColumns } from './target'

/** So much was done, or would be. */
export interface Loaded {
  /** Tables and columns that were made at the target. */
  made: string[]
  inserted: number
  /** Events with another content than before (somebody was anonymised), or on another day. */
  changed: number
  /** Events that the lake has no more: erased, or kept for long enough. */
  removed: number
  /** Files that were read for the first time, or anew. */
  files: number
}

export interface LoadNeeds {
  /** The folder of the lake. */
  folder: string
  target: Target
  tenantId: string
  /** Tells this lake from others. */
  lakeId: string
  isDryRun: boolean
  onProgress?:
    | ((so: { day: string; inserted: number; removed: number; share: number }) => void)
    | undefined
  signal?: AbortSignal | undefined
  /** Counts rows of files, for a dry run. */
  count: (sql: string) => Promise<number>
  /** A test ends the process here. */
  step?: ((name: string) => void) | undefined
}

/**
 * Brings the target to what the lake has of a tenant, file by file. New files of a day are inserted; where files of a
 * day are gone, or have others in their place (it was settled, somebody was erased, it is past its
 * time), the ids of the day are compared.
 * @throws {StorageError} when the target belongs to another lake, or cannot be reached
 * @throws the reason of `signal`, between two transactions
 */
export async function load(needs: LoadNeeds): Promise<Loaded> {
  const { folder, target, lakeId, isDryRun, signal, step = () => {} } = needs
  const made = await target.prepare()
  step('prepared')
  const held = await target.held()
  if (held.lakeId !== undefined && held.lakeId !== lakeId) {
    const detail =
      'the target has events of this tenant from another data folder: choose another schema'
    throw new StorageError(detail, { isRetriable: false })
  }
  const days = await listed(folder)
  if (days.length === 0 && held.positions.length > 0) {
    const detail = `the lake ${folder} is empty, and the target has ${held.positions.length} days of it: is it in its place?`
    throw new StorageError(detail, { isRetriable: false })
  }
  if (held.lakeId === undefined && !isDryRun) await target.claim(lakeId)
  step('claimed')
  const work = workOf(days, held.positions)
  const known: Known = new Map(held.positions.map((one) => [nameOf(one), one.files]))
  const all = work.reduce((sum, { bytes }) => sum + bytes, 0)
  const sum: Loaded = { made, inserted: 0, changed: 0, removed: 0, files: 0 }
  const failed: string[] = []
  let done = 0
  for (const one of work) {
    signal?.throwIfAborted()
    const tell = (bytes: number) => {
      done += bytes
      const { inserted, removed } = sum
      needs.onProgress?.({ day: nameOf(one), inserted, removed, share: all === 0 ? 1 : done / all })
    }
    try {
      await workOn(one, { ...needs, step, known }, sum, tell)
    } catch (error) {
      // A fault of the target, and a wish to stop, end the load; a file that cannot be read holds up its own day.
      if (error instanceof StorageError || signal?.aborted) throw error
      failed.push(`${nameOf(one)}: ${firstLine(error)}`)
    }
  }
  if (failed.length === 0) return sum
  const [first] = failed
  const count = failed.length === 1 ? 'one day' : `${failed.length} days`
  throw new StorageError(`${count} could not be loaded, the others were: ${first}`, {
    isRetriable: true,
  })
}

async function listed(folder: string): Promise<Day[]> {
  await using reading = await beginReading(folder)
  return daysOf(folder, reading.journal)
}

/** By day, the files that have been loaded. */
type Known = Map<string, readonly FileSeen[]>
type Needs = LoadNeeds & { step: (name: string) => void; known: Known }

interface Work extends Partition {
  /** If true, files that were loaded are gone or other ones. */
  isOther: boolean
  /** So much is to be read. */
  bytes: number
}

/** Compares what is there with what was loaded. */
function workOf(days: readonly Day[], positions: readonly Position[]): Work[] {
  const work = new Map<string, Work>()
  const loaded = new Map(positions.map((one) => [nameOf(one), one.files]))
  for (const { files, ...one } of days) {
    const before = loaded.get(nameOf(one)) ?? []
    loaded.delete(nameOf(one))
    const { fresh, isOther } = differences(files, before)
    if (fresh.length === 0 && !isOther) continue
    const bytes = (isOther ? files : fresh).reduce((sum, { bytes }) => sum + bytes, 0)
    work.set(nameOf(one), { ...one, isOther, bytes })
  }
  for (const { retentionClass, day } of positions) {
    const one = { retentionClass, day }
    if (loaded.has(nameOf(one))) work.set(nameOf(one), { ...one, isOther: true, bytes: 0 })
  }
  return [...work.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

function differences(files: readonly LakeFileSeen[], before: readonly FileSeen[]) {
  const known = new Map(before.map((one) => [one.file, one]))
  const fresh = files.filter(({ file }) => !known.has(file))
  const same = files.filter(({ file, bytes, changed }) => {
    const one = known.get(file)
    return one?.bytes === bytes && one.changed === changed
  })
  return { fresh, isOther: same.length < before.length }
}

type Tell = (bytes: number) => void

async function workOn(one: Work, needs: Needs, sum: Loaded, tell: Tell) {
  if (needs.isDryRun) return foresee(one, needs, sum, tell)
  for (let isAll = false; !isAll; ) {
    needs.signal?.throwIfAborted()
    const some = await again(() => (one.isOther ? compareDay(one, needs) : insertSome(one, needs)))
    if (some === 'exchanged') {
      one.isOther = true
      continue
    }
    sum.inserted += some.inserted
    sum.changed += some.changed
    sum.removed += some.removed
    sum.files += some.files
    isAll = some.isAll
    tell(some.bytes)
  }
}

const NOTHING = { inserted: 0, changed: 0, removed: 0, files: 0, bytes: 0, isAll: true }
type Some = typeof NOTHING

// A settled file is 256 MB; landed ones are small, and one transaction takes many of them.
const MOST = { files: 500, bytes: 64 * 1024 * 1024 }

/** Inserts the next files of a day that were not loaded, in one transaction. */
async function insertSome(one: Partition, needs: Needs): Promise<Some | 'exchanged'> {
  const { folder, target, step, known } = needs
  await using reading = await beginReading(folder)
  const { files } = await dayOf(folder, one, reading.journal)
  const before = known.get(nameOf(one)) ?? []
  const { fresh, isOther } = differences(files, before)
  // It was settled meanwhile.
  if (isOther) return 'exchanged'
  if (fresh.length === 0) return NOTHING
  const some: LakeFileSeen[] = []
  let bytes = 0
  for (const file of fresh) {
    if (some.length === MOST.files || (some.length > 0 && bytes + file.bytes > MOST.bytes)) break
    some.push(file)
    bytes += file.bytes
  }
  const inserted = await target.transaction(async (change) => {
    const count = await change.insert(rowsOf(some, needs.tenantId))
    step('inserted')
    await change.note(one, some, { isAll: false })
    await requireSame(some)
    step('noted')
    return count
  })
  known.set(nameOf(one), [...before, ...some])
  step('committed')
  return {
    inserted,
    changed: 0,
    removed: 0,
    files: some.length,
    bytes,
    isAll: some.length === fresh.length,
  }
}

/** Makes a day at the target what it is in the lake, in one transaction. */
async function compareDay(one: Work, needs: Needs): Promise<Some> {
  const { folder, target, tenantId, step } = needs
  await using reading = await beginReading(folder)
  const { files } = await dayOf(folder, one, reading.journal)
  async function elsewhere() {
    const others = await daysOf(folder, reading.journal)
    const files = others
      .filter((other) => nameOf(other) !== nameOf(one))
      .flatMap(({ files }) => files)
    return rowsOf(files, tenantId)
  }
  async function work(change: Change) {
    const compared = await change.compare(one, rowsOf(files, tenantId), elsewhere)
    step('compared')
    await change.note(one, files, { isAll: true })
    await requireSame(files)
    step('noted')
    return { ...compared, files: files.length, bytes: one.bytes, isAll: true }
  }
  const result = await target.transaction(work)
  needs.known.set(nameOf(one), files)
  step('committed')
  return result
}

/** Says what would be done. */
async function foresee(one: Work, needs: Needs, sum: Loaded, tell: Tell) {
  await using reading = await beginReading(needs.folder)
  const { files } = await dayOf(needs.folder, one, reading.journal)
  const before = (await needs.target.held()).positions.find(
    (other) => nameOf(other) === nameOf(one),
  )
  const { fresh } = differences(files, before?.files ?? [])
  sum.files += one.isOther ? files.length : fresh.length
  if (fresh.length > 0 && !one.isOther) {
    sum.inserted += await needs.count(`SELECT count(*) FROM (${rowsOf(fresh, needs.tenantId)})`)
  }
  tell(one.bytes)
}

/** Selects a tenant's events of some files, with the columns of the target. */
function rowsOf(files: readonly LakeFileSeen[], tenantId: string): string {
  const selected = targetColumns.map(({ name, type }) =>
    type === 'date' ? `${name}::DATE AS ${name}` : name,
  )
  return `SELECT ${selected.join(', ')} FROM (${rowsIn(sourcesIn(files), { isUtc: true })})
    WHERE tenant_id = ${literal(tenantId)} AND ${isSent}`
}

/** Files were exchanged while they were read. */
class Exchanged extends Error {}

async function requireSame(files: readonly LakeFileSeen[]) {
  if (!(await areSame(files))) throw new Exchanged('files of the lake were exchanged')
}

const firstLine = (error: unknown) => String((error as Error).message).split('\n')[0]

const TRIES = 4

/** Does it again where files were exchanged, which its transaction has undone. */
async function again<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      const isGone =
        error instanceof Exchanged || /No such file|No files found/.test((error as Error).message)
      if (!isGone) throw error
      if (tries === TRIES) {
        const detail = 'files of the lake were exchanged each time that they were read: load again'
        throw new StorageError(detail, { isRetriable: true, cause: error })
      }
    }
  }
}
