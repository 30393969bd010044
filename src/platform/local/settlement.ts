import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import type { Clock } from '../clock'
import type { SettledDay, Settlement, SettlementState } from '../settlement'
import type { LocalArchive } from './archive'
import { translated } from './database'
import { LAKE_FOLDER_MODE } from './durable-files'
import { createExpirer } from './settle/expire'
import { expireRefused } from './settle/expire-refused'
import { createHourJoiner, type JoinedHour } from './settle/join-hour'
import { finish, recover } from './settle/journal'
import { createLock } from './settle/lock'
import { filesOf, type Partition, partitionsOf, settlingOf } from './settle/places'
import { createDaySettler } from './settle/settle-day'
import { Interrupted, type Sizes, usualSizes } from './settle/sort-runs'

export interface LocalSettlement extends Settlement {
  /** Says why it did not get on the last time, for `/ready`. */
  problem(): string | undefined
  /**
   * Joins the files of the hours of today and yesterday that are over, where there are many.
   * @throws {StorageError} what was joined stays so
   */
  joinHours(signal?: AbortSignal): Promise<JoinedHour[]>
}

/**
 * Settles the lake of one machine, in the process that archives, a step of a second at a time: what
 * is to be archived goes on between two steps.
 */
export async function openSettlement(options: {
  /** The folder `events` of the lake. */
  folder: string
  archive: LocalArchive
  clock: Clock
  /** It is told of each step. */
  step?: ((name: string) => void) | undefined
  sizes?: Sizes | undefined
}): Promise<LocalSettlement> {
  const { folder, archive, clock, step = () => {}, sizes = usualSizes } = options
  const { child, placing, reworking, follower } = archive.workshop
  const isUnwanted = () => reworking.isAwaited()
  const settling = { folder, sizes, child, placing, follower, isUnwanted, step }
  const settleDay = createDaySettler(settling)
  const joinHour = createHourJoiner(settling)
  const expireDay = createExpirer({ folder, child, placing, follower })
  // One of them at a time: each stops for an erasure, and not for another of its own.
  const own = createLock()
  let problem: string | undefined
  // A full disk is no reason not to start: the next work on the lake tries again.
  await recover(folder).catch((error: Error) => {
    problem = error.message
  })

  /** Does a piece of work, as often as somebody else wants the lake meanwhile. */
  async function whole<Done>(work: () => Promise<Done>, signal?: AbortSignal): Promise<Done> {
    for (;;) {
      signal?.throwIfAborted()
      try {
        return await reworking.run(async () => {
          await placing.run(() => finish(folder, follower))
          return work()
        })
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error
      }
    }
  }

  async function settle(request: Parameters<Settlement['settle']>[0]) {
    const { until, maxMs = Number.POSITIVE_INFINITY, onDay, signal } = request
    const end = performance.now() + maxMs
    const days: SettledDay[] = []
    const failures: Error[] = []
    try {
      for (const one of await partitionsOf(folder, until)) {
        if (signal?.aborted || performance.now() > end) return { days, isDone: false }
        try {
          const day = await whole(() => settleDay(one, signal), signal)
          if (day === undefined) continue
          days.push(day)
          onDay?.(day)
        } catch (error) {
          if (signal?.aborted) return { days, isDone: false }
          const reason = `settling ${one.retentionClass} of ${one.day}: ${(error as Error).message}`
          const isRetriable = !(error instanceof StorageError) || error.isRetriable
          failures.push(new StorageError(reason, { isRetriable, cause: error }))
          // A file that cannot be read holds up its own day only.
          if (isRetriable) break
        }
      }
    } catch (error) {
      failures.push(translated('settling the lake', error) as Error)
    }
    problem = failures[0]?.message
    if (failures[0] !== undefined) throw failures[0]
    return { days, isDone: true }
  }

  async function joinHours(signal?: AbortSignal): Promise<JoinedHour[]> {
    const done: JoinedHour[] = []
    const now = clock.now()
    const today = now.toISOString().slice(0, 10)
    const yesterday = new Date(now.getTime() - DAY_MS).toISOString().slice(0, 10)
    try {
      for (const one of await partitionsOf(folder)) {
        if (one.day !== today && one.day !== yesterday) continue
        const hours = new Set((await filesOf(folder, one)).landed.map(({ hour }) => hour))
        for (const hour of hours) {
          if (signal?.aborted) return done
          const isOver = one.day < today || hour < hourOf(now)
          const joined = isOver && (await whole(() => joinHour(one, hour), signal))
          if (joined) done.push(joined)
        }
      }
    } catch (error) {
      if (signal?.aborted) return done
      throw translated('joining files of the lake', error)
    }
    return done
  }

  return {
    joinHours: (signal) => own.run(() => joinHours(signal)),
    settle: (request) => own.run(() => settle(request)),
    problem: () => problem,
    state: () => stateOf(folder, clock.now(), problem),

    async expire(now, keptDays, { isDryRun = false, onDay, signal } = {}) {
      let removed = 0
      try {
        for (const one of await partitionsOf(folder, now.toISOString().slice(0, 10))) {
          if (signal?.aborted) break
          const day = await own.run(() => {
            return reworking.run(async () => {
              await placing.run(() => finish(folder, follower))
              return expireDay(one, { now, keptDays, isDryRun })
            })
          })
          if (day === undefined) continue
          removed += day.rows
          onDay?.(day)
        }
        const staging = join(settlingOf(folder), 'expiring')
        await mkdir(staging, { recursive: true, mode: LAKE_FOLDER_MODE })
        const refused = join(dirname(folder), 'refused')
        const due = { now, keptDays, isDryRun, staging }
        removed += await reworking.run(() => expireRefused(refused, due))
        if (removed > 0 && !isDryRun) await follower?.sweep()
      } catch (error) {
        throw translated('removing what was kept for long enough', error)
      } finally {
        await rm(join(settlingOf(folder), 'expiring'), { recursive: true, force: true })
      }
      return { removed }
    },
  }
}

const DAY_MS = 86_400_000
const hourOf = (time: Date) => `hour=${time.toISOString().slice(11, 13)}`

/** Reads the state from the folders alone, also beside a running server. */
export async function stateOf(
  folder: string,
  now: Date,
  problem?: string,
): Promise<SettlementState> {
  const today = now.toISOString().slice(0, 10)
  const waiting: Partition[] = []
  let newest: string | undefined
  for (const one of await partitionsOf(folder, today)) {
    const { landed, settled } = await filesOf(folder, one)
    if (landed.length > 0) waiting.push(one)
    else if (settled.length > 0 && waiting.length === 0) newest = one.day
  }
  const first = waiting[0]?.day
  const through = newest === first ? undefined : newest
  return {
    ...(through !== undefined && { settledThrough: through }),
    waiting: waiting.length,
    ...(problem !== undefined && { problem }),
  }
}
