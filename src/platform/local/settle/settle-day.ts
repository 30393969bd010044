import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../../../error/storage-error'
import type { SettledDay } from '../../settlement'
import { lackOfRoom } from '../disk-room'
import { LAKE_FOLDER_MODE, makeDurableFolder, sync } from '../durable-files'
import type { ArchiveChild } from '../parquet/archive-child'
import { type Exchanging, exchangeForReaders } from './exchange-for-readers'
import type { IdsOfDay, Settled, SettleJob, Summary } from './jobs/job'
import { type Journal, stagedIds, stagedIn } from './journal'
import { type Manifest, readManifest, total } from './manifest'
import {
  filesOf,
  idsOf,
  type LakeFile,
  type Partition,
  partitionsOf,
  settlingOf,
  stemOf,
} from './places'

// A run is sorted in memory at once: so many rows of a kilobyte are 64 MB, and half of that once more
// for their columns. A busy server has a run in an hour.
const RUN = { rows: 65_536, bytes: 64 * 1024 * 1024 }
// Smaller runs would be many row groups of a few rows each: then rows stay as they are.
const LEAST_ROWS = 2048
// A file of so many bytes has a million events or more, and is read in a second; what it holds fits
// into the memory of a notebook.
const FILE_BYTES = 256 * 1024 * 1024
// A smaller settled file is sorted again with what landed later; up to half a file, it is joined.
const SMALL_BYTES = 8 * 1024 * 1024
const HALF_BYTES = FILE_BYTES / 2
// One job looks at so many files: minutes of a busy server are a run in 90 of them.
const FILES_AT_ONCE = 128

/** Somebody else wants to change the lake: the day is settled later. */
export class Interrupted extends Error {}

export interface Settling extends Exchanging {
  child: ArchiveChild
  /** The work in hand should stop, if it can. */
  isUnwanted(): boolean
  /** It is told of each step. */
  step(name: string): void
}

export function createDaySettler(settling: Settling) {
  const { folder, child, isUnwanted, step } = settling

  async function run<Step extends SettleJob>(job: Step): Promise<Settled | 'memory'> {
    if (isUnwanted()) throw new Interrupted()
    const outcome = await child.run(job)
    step(job.step)
    if (outcome.kind === 'memory') return 'memory'
    if ('reason' in outcome) {
      const isRetriable = outcome.kind !== 'refused'
      throw new StorageError(outcome.reason, { isRetriable })
    }
    return outcome
  }

  /** Sorts the rows of some files into runs. */
  async function sort(files: readonly LakeFile[], place: string, staging: string) {
    const runs: string[] = []
    let most = RUN
    let isSorted = true
    let rows = 0
    let skip = 0
    for (let at = 0; at < files.length; ) {
      const output = join(place, `${runs.length}.parquet`)
      const some = files.slice(at, at + FILES_AT_ONCE).map(({ path }) => path)
      const job = { kind: 'settle', step: 'sort', staging, files: some, skip, output } as const
      const answer = await run({ ...job, most, isSorted })
      if (answer === 'memory') {
        if (!isSorted)
          throw new StorageError('a file needs more memory than there is', { isRetriable: true })
        // Long events: fewer at a time.
        isSorted = most.rows > LEAST_ROWS
        most = isSorted ? { rows: most.rows / 2, bytes: most.bytes / 2 } : RUN
        continue
      }
      if (answer.kind !== 'sorted') throw new Error(`sorting was answered by ${answer.kind}`)
      at += answer.files
      skip = answer.skip
      rows += answer.rows
      isSorted = true
      if (answer.rows > 0) runs.push(output)
    }
    return { runs, rows }
  }

  return async function settleDay(
    one: Partition,
    signal?: AbortSignal,
  ): Promise<SettledDay | undefined> {
    const files = await filesOf(folder, one)
    if (files.landed.length === 0) return undefined
    const { kept, joined, small } = await sizesOf(files.settled)
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
      const { runs, rows } = await sort(inputs, join(staging, 'runs'), staging)
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
    const before = await readManifest(folder, one)
    const names = { ...before?.landed }
    for (const { hour, name } of landed) names[hour] = [...(names[hour] ?? []), name]
    return { summary: hasOthers ? total(before?.summary, summary) : summary, landed: names }
  }
}

async function sizesOf(settled: readonly LakeFile[]) {
  const sizes = { kept: [] as LakeFile[], joined: [] as LakeFile[], small: [] as LakeFile[] }
  for (const file of settled) {
    const { size } = await stat(file.path)
    const kind = size < SMALL_BYTES ? 'small' : size < HALF_BYTES ? 'joined' : 'kept'
    sizes[kind].push(file)
  }
  return sizes
}

// The runs are as large as what they are made of, and so are the files that they are joined to.
const ROOM_PART = 2.25
const ROOM_LEAST = 1024 * 1024

async function checkRoom(staging: string, files: readonly LakeFile[]) {
  let bytes = 0
  for (const { path } of files) bytes += (await stat(path)).size
  const lack = await lackOfRoom(staging, bytes * ROOM_PART + ROOM_LEAST)
  if (lack !== undefined) throw new StorageError(lack.reason, { isRetriable: true })
}
