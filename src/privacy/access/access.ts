import { randomUUID } from 'node:crypto'
import { AppError } from '../../error/app-error'
import { comparableIdsOf } from '../../event/person-id'
import { carryOnJobs, runJobs } from '../../jobs/run-jobs'
import type { Clock } from '../../platform/clock'
import type { ServingPlatform } from '../../platform/platform'
import type { KeptDays } from '../../platform/settlement'
import type { Log } from '../../telemetry/log'
import { findPeople } from '../erasures/subject'
import { assertPeople } from '../nobody'
import { keptDaysOf } from '../retention/kept-days'
import type { AdvanceNeeds } from './advance'
import { volumesOf, zipOf } from './archive'
import { accessPage, type PageFacts } from './page'
import { createParts } from './parts'
import { type AccessRequest, accessFiles, type Whose } from './request'
import { accessJobs } from './runner'
import { createRequestStore, digestOf, type RequestEntry } from './store'
import { emptySummary } from './summary'

export interface AccessNeeds extends Pick<AdvanceNeeds, 'flush' | 'pseudonymsOf'> {
  platform: ServingPlatform
  keptDays?: KeptDays | undefined
  clock: Clock
  log: Log
}

/** It says whom a request is about: by ids as events have them, or by one that the tenant's systems use. */
export type Asked = { actorIds: readonly string[] } | { userId: string }

/** Answers people who ask what is kept about them. */
export interface Access extends AsyncDisposable {
  /**
   * Begins a request. One of the same person that is not over, or was answered within a day, is given instead.
   * @throws {AppError} `limit_reached`
   */
  begin(asked: { tenantId: string; by: string } & Asked): Promise<AccessRequest>
  /** @returns undefined for none of this tenant */
  get(whose: Whose): Promise<AccessRequest | undefined>
  list(tenantId: string): Promise<RequestEntry[]>
  /** Finds the latest request that is about these ids alone: what the person who has them may see. */
  mine(tenantId: string, own: readonly string[]): Promise<AccessRequest | undefined>
  /** Writes a volume of a finished request. @returns undefined when there is none of this number */
  open(
    request: AccessRequest,
    number: number,
    maxBytes?: number | undefined,
  ): Promise<AsyncGenerator<Uint8Array> | undefined>
  /** Carries on what is open, for a function that is called now and then. */
  carryOn(tenantIds: readonly string[], maxMs: number): Promise<void>
  /** Deletes results whose time is over. */
  expire(tenantIds: readonly string[]): Promise<number>
  /** Deletes the requests of these people, with their results. */
  erase(
    tenantId: string,
    actorIds: readonly string[],
    options?: { isDryRun: boolean },
  ): Promise<{ looked: number; found: number }>
}

// A school answers some a week; each is a search through all that it has.
const MAX_OPEN = 20
const AGAIN_MS = 24 * 60 * 60 * 1000

export function createAccess(needs: AccessNeeds): Access {
  const { platform, clock, log } = needs
  const { keptDays = keptDaysOf({ ...platform, clock }) } = needs
  const store = createRequestStore({ ...platform, clock })
  const parts = createParts(platform)
  const advanceNeeds = { ...needs, parts, now: () => clock.now() }
  const working = { store, advanceNeeds, log, now: () => clock.now() }
  // Where a process lives on after its requests, it carries them on; elsewhere a function does.
  const jobs = accessJobs(working)
  const runner = platform.replays && runJobs(jobs, platform.registry)

  const isOf = (entry: RequestEntry, actorIds: readonly string[]) =>
    actorIds.some((id) => entry.of.includes(digestOf(entry.tenantId, id)))

  async function get(whose: Whose) {
    return (await store.get(whose))?.request
  }

  /** Finds the ids under which a person is sent. @throws {AppError} `invalid_request` for nobody */
  async function idsOf(tenantId: string, asked: Asked): Promise<string[]> {
    const subject = 'userId' in asked ? { userIds: [asked.userId] } : { actorIds: asked.actorIds }
    return (await findPeople(platform, tenantId, subject)).ids
  }

  async function mine(tenantId: string, own: readonly string[]) {
    for (const entry of await store.list(tenantId)) {
      if (!isOf(entry, own)) continue
      const request = await get(entry)
      if (request?.actorIds.every((id) => own.includes(id))) return request
    }
    return undefined
  }

  /** Finds a request of exactly these people that need not be made again. */
  async function recent(tenantId: string, actorIds: readonly string[], all: RequestEntry[]) {
    const since = new Date(clock.now().getTime() - AGAIN_MS).toISOString()
    const wanted = JSON.stringify([...actorIds].toSorted())
    for (const entry of all) {
      const isFresh =
        entry.status === 'running' || (entry.status === 'ready' && entry.createdAt > since)
      if (!isFresh || !isOf(entry, actorIds)) continue
      const request = await get({ tenantId, accessId: entry.accessId })
      if (JSON.stringify([...(request?.actorIds ?? [])].toSorted()) === wanted) return request
    }
    return undefined
  }

  return {
    get,
    mine,
    list: store.list,

    async begin({ tenantId, by, ...asked }) {
      const actorIds = await idsOf(tenantId, asked)
      await assertPeople({ ...platform, clock }, tenantId, actorIds)
      const all = await store.list(tenantId)
      const before = await recent(tenantId, actorIds, all)
      if (before !== undefined) return before
      if (all.filter(({ status }) => status === 'running').length >= MAX_OPEN) {
        throw new AppError(
          'limit_reached',
          `A tenant may have ${MAX_OPEN} access requests at a time.`,
        )
      }
      const none = <T>(value: () => T) =>
        Object.fromEntries(accessFiles.map((file) => [file, value()])) as Record<
          (typeof accessFiles)[number],
          T
        >
      const request: AccessRequest = {
        ...{ tenantId, accessId: `acc_${randomUUID()}`, status: 'running', by, actorIds },
        createdAt: clock.now().toISOString(),
        ...{ step: 'days', place: {}, revision: 0 },
        parts: none(() => []),
        found: none(() => 0),
        summary: emptySummary(),
      }
      await store.put(request)
      runner?.wake(request)
      return request
    },

    async open(request, number, maxBytes) {
      const volume = volumesOf(request, maxBytes)[number - 1]
      if (volume === undefined || request.status !== 'ready') return undefined
      const page = number === 1 ? accessPage(request, await factsOf(request)) : undefined
      return zipOf(parts, request, volume, page)
    },

    carryOn: (tenantIds, maxMs) =>
      carryOnJobs(jobs, tenantIds, { maxMs, lastPieceMs: 0, monotonic: clock.monotonic }),

    async expire(tenantIds) {
      let expired = 0
      for (const tenantId of tenantIds) {
        for (const entry of await store.list(tenantId)) {
          const found = await store.get(entry)
          const { expiresAt, status } = found?.request ?? {}
          if (found === undefined || status !== 'ready') continue
          if (expiresAt === undefined || expiresAt > clock.now().toISOString()) continue
          await parts.removeAll(entry)
          // The rest says that there was a request, and nothing of what was found.
          const { request, etag } = found
          const rest = { ...request, status: 'expired' as const, summary: emptySummary() }
          await store.put(rest, etag)
          expired += 1
        }
      }
      return expired
    },

    async erase(tenantId, actorIds, { isDryRun } = { isDryRun: false }) {
      const ids = actorIds.flatMap(comparableIdsOf)
      const all = await store.list(tenantId)
      let found = 0
      for (const entry of all) {
        const request = await get(entry)
        const theirs = (request?.actorIds ?? []).flatMap(comparableIdsOf)
        if (!theirs.some((id) => ids.includes(id))) continue
        found += 1
        if (isDryRun) continue
        // The document first: a process that carries it on then finds none, and stops.
        await store.remove(entry)
        await parts.removeAll(entry)
      }
      return { looked: all.length, found }
    },

    async [Symbol.asyncDispose]() {
      await runner?.[Symbol.asyncDispose]()
    },
  }

  async function factsOf(request: AccessRequest): Promise<PageFacts> {
    const { tenantId } = request
    const all = async <T>(file: 'consents' | 'recipients') => {
      const lines: T[] = []
      for await (const part of parts.read(request, file)) {
        for (const line of part.split('\n')) if (line !== '') lines.push(JSON.parse(line) as T)
      }
      return lines
    }
    const tenant = await platform.registry.tenants.get(tenantId)
    return {
      organisation: tenant?.name ?? tenantId,
      consents: await all<PageFacts['consents'][number]>('consents'),
      recipients: await all<PageFacts['recipients'][number]>('recipients'),
      keptDays: await keptDays(tenantId),
    }
  }
}
