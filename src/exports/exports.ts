import { randomUUID } from 'node:crypto'
import { AppError } from '../error/app-error'
import { comparableIdsOf } from '../event/person-id'
import type { Viewer } from '../identity/viewer'
import { carryOnJobs, runJobs } from '../jobs/run-jobs'
import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import type { Hidden } from '../query/hidden'
import type { Log } from '../telemetry/log'
import { type ExportJob, FILE_DAYS, type Whose } from './export'
import { fileNameOf } from './file-name'
import { formats } from './formats/format'
import { linkedFile } from './linked-file'
import { createParts } from './parts'
import type { MakeRedact } from './rows'
import { clear, endJob, exportJobs, LAST_PIECE_MS } from './runner'
import { type Asked, selectionOf } from './select'
import { createJobStore } from './store'

export interface ExportNeeds {
  platform: ServingPlatform
  hidden: Pick<Hidden, 'before'>
  makeRedact: MakeRedact
  flush?: (() => Promise<void>) | undefined
  clock: Clock
  log: Log
}

/** Gives out events as files. */
export interface Exports extends AsyncDisposable {
  /**
   * Begins an export of what a viewer may see. The same question, while it is under way, is the same export.
   * @throws {AppError} `invalid_request`, `forbidden`, `limit_reached`
   */
  begin(viewer: Viewer, asked: Asked): Promise<ExportJob>
  /** @returns undefined for none that this viewer may look at: administrators see all, others their own */
  get(viewer: Viewer, exportId: string): Promise<ExportJob | undefined>
  list(viewer: Viewer): Promise<ExportJob[]>
  /** Ends one that is not over, or deletes it with its file. @returns false when there is none */
  remove(viewer: Viewer, exportId: string): Promise<boolean>
  /** Writes an address of the platform that needs no key. @returns undefined where a process of ours sends it */
  link(job: ExportJob, seconds: number): Promise<string | undefined>
  /** Reads a file from a byte on, for whoever has its address. @returns undefined when it is not there */
  open(
    whose: Whose,
    from?: number,
  ): Promise<
    | { job: ExportJob; size: number; contentType: string; pieces: AsyncIterable<Uint8Array> }
    | undefined
  >
  /** Carries on what is open, for a function that is called now and then. */
  carryOn(tenantIds: readonly string[], maxMs: number): Promise<void>
  /** Deletes files whose time is over. */
  expire(tenantIds: readonly string[]): Promise<number>
  /** Deletes the files that may have these people in them. */
  erase(
    tenantId: string,
    actorIds: readonly string[],
    options?: { isDryRun: boolean },
  ): Promise<{ looked: number; found: number }>
}

// They take turns at one lake; more of them only wait for each other.
const MAX_RUNNING = 5
// A list is looked at as a whole, and each file may be as large as the lake.
const MAX_KEPT = 100

export function createExports(needs: ExportNeeds): Exports {
  const { platform, clock, log } = needs
  const store = createJobStore({ ...platform, clock })
  const parts = createParts(platform)
  const now = () => clock.now()
  const advanceNeeds = { ...needs, parts, now }
  const working = { store, advanceNeeds, log, now }
  // Where a process lives on after its requests, it carries them on; elsewhere a function does.
  const jobs = exportJobs(working)
  const runner = platform.replays && runJobs(jobs, platform.registry)

  const mayLook = (viewer: Viewer, job: ExportJob) =>
    viewer.role === 'admin' || job.by === byOf(viewer)

  async function found(viewer: Viewer, exportId: string) {
    const one = await store.get({ tenantId: viewer.tenantId, exportId })
    return one !== undefined && mayLook(viewer, one.job) ? one : undefined
  }

  return {
    async begin(viewer, asked) {
      const { tenantId } = viewer
      if (!viewer.seesPeople) {
        throw new AppError('forbidden', 'Events are about people, of whom this key sees nothing.')
      }
      const selection = selectionOf(viewer, asked)
      const all = await store.list(tenantId)
      const running = all.filter(({ status }) => status === 'running')
      const question = JSON.stringify([byOf(viewer), asked.format, selection, asked.timezone])
      for (const entry of running) {
        const job = (await store.get(entry))?.job
        if (job?.status === 'running' && job.question === question) return job
      }
      if (running.length >= MAX_RUNNING) {
        throw new AppError('limit_reached', `A tenant may have ${MAX_RUNNING} exports under way.`)
      }
      if (all.length >= MAX_KEPT) {
        const detail = `A tenant may have ${MAX_KEPT} exports: delete some that are over.`
        throw new AppError('limit_reached', detail)
      }
      const at = now()
      const job: ExportJob = {
        ...{ tenantId, exportId: `exp_${randomUUID()}`, status: 'running', by: byOf(viewer) },
        createdAt: at.toISOString(),
        ...{ format: asked.format, selection, name: fileNameOf(asked, at), question },
        ...{ step: 'days', place: {}, read: 0, rows: 0, parts: [], revision: 0 },
      }
      await store.put(job)
      runner?.wake(job)
      return job
    },

    get: async (viewer, exportId) => (await found(viewer, exportId))?.job,

    async list(viewer) {
      const jobs: ExportJob[] = []
      for (const entry of await store.list(viewer.tenantId)) {
        const job = (await found(viewer, entry.exportId))?.job
        if (job !== undefined) jobs.push(job)
      }
      return jobs
    },

    async remove(viewer, exportId) {
      for (;;) {
        const one = await found(viewer, exportId)
        if (one === undefined) return false
        if (one.job.status !== 'running') {
          // The document last: it is what says that there is something to delete.
          await parts.removeAll(one.job)
          await store.remove(one.job)
          return true
        }
        const cancelled = { ...one.job, status: 'cancelled' as const, step: 'done' as const }
        const isDone = await store.put({ ...cancelled, parts: [], place: {} }, one.etag)
        // The piece under way may have stored how far it is meanwhile.
        if (isDone === undefined) continue
        runner?.stop(one.job)
        await clear(advanceNeeds, one.job)
        return true
      }
    },

    async link(job, seconds) {
      if (job.status !== 'ready') return undefined
      return platform.fileLinks?.link(linkedFile(job), seconds)
    },

    async open(whose, from = 0) {
      const job = (await store.get(whose))?.job
      if (job?.status !== 'ready' || job.expiresAt! <= now().toISOString()) return undefined
      const size = job.parts.reduce((sum, bytes) => sum + bytes, 0)
      const { contentType } = formats[job.format]
      return { job, size, contentType, pieces: parts.read(job, from < size ? from : 0) }
    },

    carryOn: (tenantIds, maxMs) =>
      carryOnJobs(jobs, tenantIds, {
        ...{ maxMs, lastPieceMs: LAST_PIECE_MS, monotonic: clock.monotonic },
      }),

    async expire(tenantIds) {
      const oldest = new Date(now().getTime() - FILE_DAYS * DAY_MS).toISOString()
      let expired = 0
      for (const tenantId of tenantIds) {
        for (const entry of await store.list(tenantId)) {
          if (entry.status === 'failed' || entry.status === 'cancelled') {
            // A process may have been killed while it ended one.
            await parts.removeAll(entry)
          }
          if (entry.status !== 'ready' || entry.createdAt > oldest) continue
          const one = await store.get(entry)
          if (one?.job.status !== 'ready' || one.job.expiresAt! > now().toISOString()) continue
          await endJob(working, one, { status: 'expired', selection: nothing(one.job) })
          expired += 1
        }
      }
      return expired
    },

    async erase(tenantId, actorIds, { isDryRun } = { isDryRun: false }) {
      const ids = new Set(actorIds.flatMap(comparableIdsOf))
      const all = await store.list(tenantId)
      let count = 0
      for (const entry of all) {
        const one = await store.get(entry)
        if (one === undefined || !mayHold(one.job, ids)) continue
        count += 1
        if (isDryRun) continue
        const end = { status: 'failed' as const, selection: nothing(one.job), problem: ERASED }
        for (let at: typeof one | undefined = one; at !== undefined; at = await store.get(entry)) {
          if (await endJob(working, at, { ...end, readyAt: now().toISOString() })) break
        }
        runner?.stop(one.job)
        // A piece may have put something while it was stopped.
        await parts.removeAll(one.job)
      }
      return { looked: all.length, found: count }
    },

    async [Symbol.asyncDispose]() {
      await runner?.[Symbol.asyncDispose]()
    },
  }
}

const DAY_MS = 24 * 60 * 60 * 1000
export const ERASED = 'It was deleted, since somebody was erased whom it may have named. Ask again.'

/**
 * Tells whether somebody may be in an export, or in what was asked. Its file is not searched: it may be as large as
 * the lake, and people are named anywhere in it. Other people were taken out of a learner's own.
 */
function mayHold({ selection, parts, status }: ExportJob, ids: ReadonlySet<string>): boolean {
  const { learner } = selection
  if (learner !== undefined) return learner.flatMap(comparableIdsOf).some((id) => ids.has(id))
  return parts.length > 0 || status === 'running' || selection.where !== ''
}

/** Forgets what was asked for, which may name somebody. */
function nothing({ selection }: ExportJob): ExportJob['selection'] {
  return { where: '', fields: selection.fields }
}

/** Says who asked: a key by its id, a person by their issuer and id. */
function byOf({ principal: { keyId, person } }: Viewer): string {
  return person === undefined ? keyId : JSON.stringify([person.issuer, person.learnerId])
}
