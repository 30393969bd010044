import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { isGood, type Keyring } from '../access/keys/keyring'
import { AppError } from '../error/app-error'
import { StorageError } from '../error/storage-error'
import type { Clock } from '../platform/clock'
import type { ReplayJob, ReplayJobs, ReplayProgress } from '../platform/replay-jobs'
import type { PatchOperation } from '../quarantine/patch'
import type { Log } from '../telemetry/log'
import type { Replay, Replayer, ReplayResult } from './replay'
import type { ReplayPiece } from './replay-piece'
import type { ReplayView } from './replay-view'

type View = Pick<ReplayResult, 'quarantineId' | 'outcome'>

interface Needs {
  jobs: ReplayJobs
  piece: ReplayPiece<View>
  keyring: Keyring
  clock: Clock
  log: Log
}

/** Everything that replays: one of it in a process, so that no item is replayed twice at once. */
export interface Replaying {
  replay: Replay
  piece: ReplayPiece<ReplayView>
  /** Absent where no process outlives its request. */
  runner?: ReplayRunner | undefined
}

export interface ReplayRunner extends AsyncDisposable {
  /**
   * Begins a job.
   * @returns its id; undefined when there is no room for another one
   */
  begin(job: NewJob): Promise<string | undefined>
  get(tenantId: string, replayId: string): Promise<ReplayJob | undefined>
}

export interface NewJob {
  who: Replayer & { hash?: string | undefined }
  filter: ReplayJob['filter']
  patch?: readonly PatchOperation[] | undefined
  progress: ReplayProgress
}

// A turn takes so long before the next tenant has one.
const PIECE_MS = 200
// The pause between two pieces leaves the larger share of the process to senders.
const PAUSE_MS = 50
// The runner pauses so long while a store cannot be reached.
const TROUBLE_MS = 1_000
// The limit is in characters of JSON. Longer patches are for programs, which can ask again with the
// cursor.
const MAX_PATCH = 64 * 1024
const MAX_REFUSED = 20

/**
 * Continues replays whose requests were answered, piece by piece, each tenant in its turn; it also
 * continues those that an earlier process began. Replaying a piece twice adds nothing.
 */
export function startReplays({ jobs, piece, keyring, clock, log }: Needs): ReplayRunner {
  const stopping = new AbortController()
  let awake = Promise.withResolvers<void>()
  const running = run()

  async function run(): Promise<void> {
    let tenantId = ''
    while (!stopping.signal.aborted) {
      try {
        const job = await jobs.next(tenantId)
        if (job === undefined) {
          await awake.promise
          awake = Promise.withResolvers()
          continue
        }
        tenantId = job.tenantId
        await jobs.note(job, await advanced(job))
        await pause(PAUSE_MS)
      } catch (thrown) {
        log.warn('a replay waits', { reason: (thrown as Error).message })
        await pause(TROUBLE_MS)
      }
    }
  }

  function pause(ms: number): Promise<void> {
    return wait(ms, undefined, { signal: stopping.signal }).catch(() => {})
  }

  /** @throws {StorageError} that waiting helps against */
  async function advanced({ progress, ...job }: ReplayJob): Promise<ReplayProgress> {
    const finishedAt = clock.now().toISOString()
    if (!(await isCurrent(job)))
      return { ...progress, finishedAt, problem: 'Its key was revoked, or has expired.' }
    const { filter, patch } = job
    const operations = patch === undefined ? {} : { patch: JSON.parse(patch) as PatchOperation[] }
    try {
      const { cursor, left } = progress
      const done = await piece(job, { filter, limit: left, cursor, ...operations }, PIECE_MS)
      const next = progressAfter(progress, done.results)
      const rest = { ...next, cursor: done.nextCursor, left: done.left }
      return done.left > 0 ? rest : { ...rest, finishedAt }
    } catch (thrown) {
      if (thrown instanceof StorageError && thrown.isRetriable) throw thrown
      const { message } = thrown as Error
      log.error('a replay ended before its time', { replayId: job.replayId, reason: message })
      const problem = thrown instanceof AppError ? message : 'Something broke on our side.'
      return { ...progress, finishedAt, problem }
    }
  }

  async function isCurrent({ hash }: Pick<ReplayJob, 'hash'>): Promise<boolean> {
    if (hash === undefined) return true // the job belongs to a token, which nobody can revoke here
    return isGood(await keyring(hash))
  }

  return {
    get: jobs.get,

    async begin({ who, filter, patch, progress }) {
      const text = patch === undefined ? undefined : JSON.stringify(patch)
      if (text !== undefined && text.length > MAX_PATCH) return undefined
      const { tenantId, keyId, hash, reach, isAdmin } = who
      const replayId = `rpl_${randomUUID()}`
      const startedAt = clock.now().toISOString()
      const whose = { tenantId, replayId, keyId, hash, reach, isAdmin }
      const job = { ...whose, filter, startedAt }
      const isAdded = await jobs.add({ ...job, ...(text && { patch: text }), progress })
      if (!isAdded) return undefined
      awake.resolve()
      return replayId
    },

    async [Symbol.asyncDispose]() {
      stopping.abort()
      awake.resolve()
      await running
    },
  }
}

export const nothingYet: Pick<ReplayProgress, 'counts' | 'refused'> = {
  counts: { stored: 0, duplicate: 0, set_aside: 0, withheld: 0, refused: 0 },
  refused: [],
}

/** Returns the progress after some more results. */
export function progressAfter(
  { counts, refused }: Pick<ReplayProgress, 'counts' | 'refused'>,
  results: readonly View[],
): Pick<ReplayProgress, 'counts' | 'refused'> {
  // A job of a version before something could be withheld says nothing of it.
  const sum = { ...nothingYet.counts, ...counts }
  for (const { outcome } of results) sum[outcome] += 1
  const more = results.filter(({ outcome }) => outcome === 'refused')
  const named = [...refused, ...more.map(({ quarantineId }) => quarantineId)]
  return { counts: sum, refused: named.slice(0, MAX_REFUSED) }
}
