import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, link, mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../../../error/storage-error'
import type { SettledDay } from '../../settlement'
import { LAKE_FOLDER_MODE, makeDurableFolder, sync } from '../durable-files'
import { rowsOfFile } from '../parquet/join-parquet'
import { exchangeForReaders } from './exchange-for-readers'
import type { IdsOfDay, Summary } from './jobs/job'
import { type Journal, stagedIds, stagedIn } from './journal'
import { type Manifest, total, withNames } from './manifest'
import {
  filesOf,
  idsOf,
  joinedStemOf,
  type LakeFile,
  type Partition,
  partitionsOf,
  settlingOf,
  stemOf,
} from './places'
import { checkRoom, createSorter, Interrupted, type Settling } from './sort-runs'

// A file of so many bytes has a million events or more, and is read in a second; what it holds fits
// into the memory of a notebook.
const FILE_BYTES = 256 * 1024 * 1024
// Up to half a file, what is settled is joined with what landed later.
const HALF_BYTES = FILE_BYTES / 2

// Files of an earlier version have fewer columns: they are sorted again.
const OWN_JOINED = joinedStemOf('')

export function createDaySettler(settling: Settling) {
  const { folder, isUnwanted, sizes } = settling
  const { run, sort } = createSorter(settling)

  return async function settleDay(
    one: Partition,
    signal?: AbortSignal,
  ): Promise<SettledDay | undefined> {
    const files = await filesOf(folder, one)
    if (files.landed.length === 0) return undefined
    const { kept, joined, small } = await sizesOf(files.settled, sizes.smallBytes)
    const id = randomBytes(6).toString('hex')
    const root = settlingOf(folder)
    const staging = join(root, id)
    const place = stagedIn(folder, { ...one, id })
    let isCommitted = false
    try {
      await makeDurableFolder(root, LAKE_FOLDER_MODE)
      await mkdir(join(staging, 'runs'), { recursive: true, mode: LAKE_FOLDER_MODE })
      await makeDurableFolder(place, LAKE_FOLDER_MODE)
      await checkRoom(staging, [...joined, ...small, ...files.landed])
      const inputs = [...small, ...files.landed]
      const { runs, rows } = await runsOf(inputs, join(staging, 'runs'), staging)
      const stays = [...kept, ...joined].map(({ path }) => path)
      const single = await leaveCopies(one, { id, runs, staging, stays })
      if (single.rows + single.copies !== rows) throw new Error('rows were lost between two steps')
      const left = [...joined.map(({ path }) => path), ...single.runs]
      const add = left.length === 0 ? [] : await join_(left, place, { id, staging })
      const manifest = await nextManifest(one, files.landed, single.summary, stays.length > 0)
      const remove = [...joined, ...inputs].map(({ hour, name }): [string, string] => [hour, name])
      const journal: Journal = { ...one, id, add, remove, manifest }
      if (isUnwanted() || signal?.aborted) throw new Interrupted()
      isCommitted = true
      await exchangeForReaders(journal, settling)
      const before = files.landed.length + files.settled.length
      const after = kept.length + add.length
      const { copies } = single
      return { ...one, rows: rows - copies, copies, filesBefore: before, filesAfter: after }
    } finally {
      if (!isCommitted) await rm(staging, { recursive: true, force: true })
    }
  }

  /** Makes runs of files. What was joined in the course of the day is one already, if it is large enough. */
  async function runsOf(inputs: readonly LakeFile[], place: string, staging: string) {
    const others: LakeFile[] = []
    const ready: LakeFile[] = []
    for (const file of inputs) {
      const isRun =
        file.name.startsWith(OWN_JOINED) && (await stat(file.path)).size >= sizes.smallBytes
      if (isRun) ready.push(file)
      else others.push(file)
    }
    const sorted = await sort(others, place, staging)
    for (const [number, { path }] of ready.entries()) {
      const run = join(place, `joined-${number}.parquet`)
      // There are file systems without links. A run that has copies is written anew, beside the file of the lake.
      await link(path, run).catch(() => copyFile(path, run))
      sorted.runs.push(run)
      sorted.rows += await rowsOfFile(run)
    }
    return sorted
  }

  async function leaveCopies(
    one: Partition,
    made: { id: string; runs: string[]; staging: string; stays: string[] },
  ) {
    const { runs, staging, stays } = made
    const none = { runs, rows: 0, copies: 0, summary: {} as Summary }
    if (runs.length === 0) return none
    const output = stagedIds(folder, made)
    const own = existsSync(idsOf(folder, one)) && stays.length > 0 ? idsOf(folder, one) : undefined
    const known = await knownIds(one, own === undefined ? undefined : { ids: own, files: stays })
    const job = { kind: 'settle', step: 'copies', staging, runs, known, output } as const
    const answer = await run({ ...job, kept: own })
    if (answer === 'memory')
      throw new StorageError('looking for copies needs more memory than there is', {
        isRetriable: true,
      })
    if (answer.kind !== 'single') throw new Error(`copies were answered by ${answer.kind}`)
    await sync(output)
    // A file without rows would be of no use.
    return { ...answer, runs: answer.rows === 0 ? [] : runs }
  }

  /** Finds the ids of everything settled but of this day, whose files may be in runs. */
  async function knownIds(one: Partition, own: IdsOfDay | undefined): Promise<IdsOfDay[]> {
    const known = own === undefined ? [] : [own]
    for (const other of await partitionsOf(folder)) {
      if (other.day === one.day && other.retentionClass === one.retentionClass) continue
      if (!existsSync(idsOf(folder, other))) continue
      const { settled } = await filesOf(folder, other)
      const files = settled.map(({ path }) => path)
      if (files.length > 0) known.push({ ids: idsOf(folder, other), files })
    }
    return known
  }

  async function join_(
    runs: string[],
    place: string,
    { id, staging }: { id: string; staging: string },
  ) {
    const job = { kind: 'settle', step: 'join', staging, runs, folder: place } as const
    const answer = await run({ ...job, stem: stemOf(id), mostBytes: FILE_BYTES })
    if (answer === 'memory' || answer.kind !== 'joined') throw new Error('runs could not be joined')
    return answer.names
  }

  async function nextManifest(
    one: Partition,
    landed: readonly LakeFile[],
    summary: Summary,
    hasOthers: boolean,
  ): Promise<Manifest> {
    const before = await withNames(folder, one, landed)
    return { ...before, summary: hasOthers ? total(before.summary, summary) : summary }
  }
}

async function sizesOf(settled: readonly LakeFile[], smallBytes: number) {
  const sizes = { kept: [] as LakeFile[], joined: [] as LakeFile[], small: [] as LakeFile[] }
  for (const file of settled) {
    const { size } = await stat(file.path)
    const kind = size < smallBytes ? 'small' : size < HALF_BYTES ? 'joined' : 'kept'
    sizes[kind].push(file)
  }
  return sizes
}
