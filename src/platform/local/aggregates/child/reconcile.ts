import type { Database } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { lackOfRoom } from '../../disk-room'
import { createDuck, type Duck } from '../../parquet/duck'
import { duckFailure, otherFailure } from '../../parquet/failure'
import type { Partition } from '../../settle/places'
import { openAggregatesFile } from '../file'
import type { AggregateAnswer, AggregateJob } from '../job'
import { partitionName, type Stamped, stampedFiles } from '../stamps'
import { contributionsOf } from './contribution'
import { applyZones, createNumbers } from './numbers'
import { readRows } from './rows'
import { seeEvents } from './seen'
import { sweep } from './sweep'
import { createContributions } from './write'

// So many files of a minute are one question to DuckDB, which costs as much as thousands of events.
const MOST_FILES = 64
// So many bytes of Parquet have no more to be counted than fits into the memory below, as a rule.
const MOST_BYTES = 64 * 1024 * 1024
// Other jobs of this process have as much. What larger files need is put on the disk.
const MEMORY = '192MB'
// Counts are a fraction of the files that they are of, and SQLite writes them twice.
const ROOM_LEAST = 16 * 1024 * 1024

/**
 * Makes the contributions of one day of the lake agree with its files, as far as one job goes: what has gone is
 * removed, and what has come is counted, in one transaction.
 */
export async function reconcile(job: AggregateJob): Promise<AggregateAnswer> {
  let db: Database | undefined
  try {
    const lack = await lackOfRoom(dirname(job.file), ROOM_LEAST)
    if (lack !== undefined) return { kind: 'room', ...lack }
    if (job.isNew) {
      for (const rest of ['', '-wal', '-shm']) await rm(`${job.file}${rest}`, { force: true })
    }
    db = openAggregatesFile(job.file)
    const isZoned = applyZones(db, job.zones)
    const left = job.partition === undefined ? 0 : await follow(job, job.partition, db)
    if (job.isSweep) sweep(db)
    return { kind: 'aggregated', left, isZoned }
  } catch (error) {
    return error instanceof DuckFailed ? duckFailure(error.cause) : otherFailure(error)
  } finally {
    db?.close()
    if (existsSync(job.spillTo)) await giveUp().catch(() => {})
    await rm(job.spillTo, { recursive: true, force: true })
  }
}

class DuckFailed extends Error {}

/** @returns how many files wait for the next job */
async function follow(job: AggregateJob, one: Partition, db: Database): Promise<number> {
  const contributions = createContributions(db, partitionName(one))
  const come = new Map((await stampedFiles(job.folder, one)).map((file) => [file.name, file]))
  const gone: number[] = []
  for (const { id, name, stamp } of contributions.list()) {
    if (come.get(name)?.stamp === stamp) come.delete(name)
    else gone.push(id)
  }
  const chosen = choose([...come.values()])
  const counted = chosen.length === 0 ? nothing : await count(job, chosen, db)
  contributions.exchange(gone, chosen, counted)
  return come.size - chosen.length
}

const nothing = { counts: [], people: [], overfull: [] }

function choose(waiting: readonly Stamped[]): Stamped[] {
  const chosen: Stamped[] = []
  let bytes = 0
  for (const one of waiting) {
    const isFull = chosen.length === MOST_FILES || bytes + one.bytes > MOST_BYTES
    if (chosen.length > 0 && isFull) break
    chosen.push(one)
    bytes += one.bytes
  }
  return chosen
}

/** To open a DuckDB takes as much as to count some thousand events: it stays for the next job. */
let kept: { duck: Duck; spillTo: string } | undefined

function duckFor({ spillTo }: AggregateJob): Duck {
  kept ??= { duck: createDuck({ threads: 1, memoryLimit: MEMORY, spillTo }), spillTo }
  return kept.duck
}

/** Closes it, for a job that has failed, or has put something on the disk, where it is removed. */
async function giveUp() {
  const closing = kept
  kept = undefined
  await closing?.duck[Symbol.asyncDispose]()
}

async function count(job: AggregateJob, files: readonly Stamped[], db: Database) {
  if (kept?.spillTo !== job.spillTo) await giveUp()
  try {
    const connection = await duckFor(job).connect()
    try {
      // DuckDB would keep what it has freed.
      await connection.run(`SET allocator_bulk_deallocation_flush_threshold = '1MB'`)
      const { zones, key } = job
      const paths = files.map(({ path }) => path)
      const seen = await seeEvents(connection, { files: paths, zones, key })
      const numbers = createNumbers(db, seen, zones)
      const { overfull } = seen
      const made = contributionsOf(await readRows(connection), { numbers, overfull })
      const left = overfull.map(({ tenant, dimension }) => {
        return { tenant: numbers.tenant(tenant), dimension }
      })
      return { ...made, overfull: left }
    } finally {
      connection.closeSync()
    }
  } catch (error) {
    await giveUp().catch(() => {})
    throw new DuckFailed('DuckDB could not', { cause: error })
  }
}
