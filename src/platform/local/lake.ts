import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '../../error/app-error'
import type { Lake, LakeLimits, LakeQuery, LakeReader, LakeState, SqlJudge } from '../lake'
import { createLakeTurns } from '../lake-turns'
import {
  limitsOf,
  nameOf,
  noSuchQuery,
  stoppedAfter,
  withinLimits,
  zoneOf,
} from '../shared/lake-answers'
import { boundedFirst, memoryBound } from './lake/bounded'
import { type Execute, type Execution, executeWith } from './lake/execute'
import { executeApart, judgeApart } from './lake/query-child'
import { createDuck, type Duck } from './parquet/duck'
import { openSpillFolder } from './spill-folder'

/**
 * Opens the lake of a data directory for the CLI: it needs no running server and takes no lock.
 * DuckDB runs in this process, on all cores, and puts on the disk what a query needs beyond 160 MiB a core.
 */
export function openLake(dataDir: string): Lake {
  const spill = openSpillFolder()
  const createFree = () => createDuck({ spillTo: spill.path })
  const ducks = {
    bounded: createDuck({ spillTo: spill.path, memoryLimit: memoryBound() }),
    free: createFree(),
  }
  const over = (duck: Duck) =>
    executeWith({ folder: lakeFolder(dataDir), duck, createLocked: createFree })
  const execute = boundedFirst({ bounded: over(ducks.bounded), free: over(ducks.free) })
  const lake = createLake({ execute })
  return {
    ...lake,
    async [Symbol.asyncDispose]() {
      await lake[Symbol.asyncDispose]()
      await ducks.bounded[Symbol.asyncDispose]()
      await ducks.free[Symbol.asyncDispose]()
      spill[Symbol.dispose]()
    },
  }
}

// One query takes up to 250 MB beside the server's own: two would pass the 512 MB of docs/limits.md.
const MOST_BESIDE_A_SERVER = 1

/** Opens the lake for a server: DuckDB is never in its process, but in one of its own per query. */
export function openServingLake(dataDir: string): Lake & SqlJudge {
  const execute = executeApart({ folder: lakeFolder(dataDir) })
  let judging: Promise<unknown> = Promise.resolve()
  return {
    ...createLake({ execute, most: MOST_BESIDE_A_SERVER }),
    /** One process judges at a time, for some tenths of a second. */
    judge(sql) {
      const judged = judging.then(() => judgeApart(sql))
      judging = judged.catch(() => {})
      return judged.catch((error: Error) => {
        throw new AppError('invalid_request', error.message)
      })
    },
  }
}

export function lakeFolder(dataDir: string): string {
  return join(dataDir, 'lake', 'events')
}

interface Query {
  /** The owner is the `nameOf` its reader. */
  owner: string
  state: Promise<LakeState>
  /** Ends the query, whatever it does. */
  stop(reason: string): Promise<void>
}

// So many queries that failed or were stopped are remembered, so that `poll` can say why.
const REMEMBERED = 100
const ADVICE = `narrow it, or let DuckDB write it: COPY (SELECT …) TO 'file.parquet'`

/** Makes a lake. @param needs.most queries that may be open at a time, from `start` until read */
export function createLake(needs: { execute: Execute; most?: number }): Lake {
  const { execute, most = Number.POSITIVE_INFINITY } = needs
  const turns = createLakeTurns(most)
  const open = new Map<string, Query>()
  const failed = new Map<string, { owner: string; reason: string }>()

  function begin(
    id: string,
    { sql, reader, timezone, where, foreign }: LakeQuery,
    { limits, leave }: { limits: LakeLimits; leave(): void },
  ): Query {
    const owner = nameOf(reader)
    const cutOff = new AbortController()
    let why: string | undefined
    let execution: Execution | undefined
    let reading: 'not yet' | 'fetching' | 'paused' = 'not yet'
    const timer = setTimeout(() => void stop(stoppedAfter(limits)), limits.ms)

    /** Ends the query. @returns what to say of it */
    async function end(error?: unknown): Promise<string> {
      const reason = why ?? (error instanceof Error ? error.message : String(error))
      if (!open.delete(id)) return reason
      leave()
      clearTimeout(timer)
      if (error !== undefined || why !== undefined) remember(id, { owner, reason })
      await execution?.[Symbol.asyncDispose]()
      return reason
    }

    async function run(): Promise<LakeState> {
      const tenantId = reader === 'operator' ? undefined : reader.tenantId
      try {
        execution = await execute({ sql, tenantId, timezone, where, foreign }, cutOff.signal)
        const { columns, chunks } = execution
        const pages = { [Symbol.asyncIterator]: () => withinLimits(read(chunks), limits, ADVICE) }
        return { status: 'done', columns, pages }
      } catch (error) {
        return { status: 'failed', reason: await end(error) }
      }
    }

    async function* read(chunks: AsyncIterable<unknown[][]>) {
      if (why !== undefined) throw new AppError('invalid_request', why)
      if (reading !== 'not yet') throw noSuchQuery()
      let failure: unknown
      try {
        reading = 'fetching'
        for await (const chunk of chunks) {
          reading = 'paused'
          yield chunk
          if (why !== undefined) throw new Error(why)
          reading = 'fetching'
        }
      } catch (error) {
        failure = error
        throw new AppError('invalid_request', why ?? (error as Error).message, { cause: error })
      } finally {
        await end(failure)
      }
    }

    const state = run()

    async function stop(reason: string) {
      why ??= reason
      cutOff.abort(new Error(why))
      // An engine must not be closed while it fetches: the chunk that it fetches fails, and its
      // reader ends it.
      if ((await state).status === 'done' && reading !== 'fetching') await end()
    }

    return { owner, state, stop }
  }

  function remember(id: string, one: { owner: string; reason: string }) {
    failed.set(id, one)
    const [oldest] = failed.keys()
    if (failed.size > REMEMBERED) failed.delete(oldest!)
  }

  /** Checks the reader of a query. @throws {AppError} `not_found` when it has none of this id */
  function found<One extends { owner: string }>(one: One | undefined, reader: LakeReader): One {
    if (one?.owner !== nameOf(reader)) throw noSuchQuery()
    return one
  }

  return {
    isImmediate: true,

    async start(query, { signal } = {}) {
      const id = randomUUID()
      const timezone = zoneOf(query.timezone)
      const limits = limitsOf(query.limits)
      const leave = await turns.take(nameOf(query.reader), signal)
      open.set(id, begin(id, { ...query, timezone }, { limits, leave }))
      return id
    },

    async poll(reader, id) {
      const query = open.get(id)
      if (query) return found(query, reader).state
      return { status: 'failed', reason: found(failed.get(id), reader).reason }
    },

    async cancel(reader, id) {
      const query = open.get(id)
      if (query) await found(query, reader).stop('The query was cancelled.')
      else found(failed.get(id), reader)
    },

    async [Symbol.asyncDispose]() {
      turns.close()
      await Promise.all([...open.values()].map(({ stop }) => stop('The lake was closed.')))
    },
  }
}
