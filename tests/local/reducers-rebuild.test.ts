import { describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { archiveStored } from '../../src/changes/consumers'
import { readConfig } from '../../src/config/read-config'
import { StorageError } from '../../src/error/storage-error'
import type { EventRecord } from '../../src/event/record'
import { systemClock as clock } from '../../src/platform/clock'
import { openLocalPlatform } from '../../src/platform/local'
import { readBuilds } from '../../src/reducers/kept/builds'
import { createKeptStates } from '../../src/reducers/reading/kept-states'
import { beginRebuild, endRebuild } from '../../src/reducers/rebuilds/begin'
import { askedBuild } from '../../src/reducers/rebuilds/rebuild'
import { runRebuilds } from '../../src/reducers/rebuilds/run'
import { createWalk } from '../../src/reducers/rebuilds/walk'
import { createReducing } from '../../src/reducers/reducing'
import { startServer } from '../../src/server'
import { silentLog as log } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { aRecord } from '../support/records'
import { until } from '../support/until'

const DAY_MS = 24 * 60 * 60 * 1000
const HOT_DAYS = 30
const tenantId = 'school'
const workerAt = new URL('../../src/reducers/worker/worker.ts', import.meta.url)
const whose = { tenantId, name: 'order' }

/** The state is the order in which events came, so that one that is missing, repeated or too soon shows. */
const module = (version: number) => `export default {
  name: 'order', version: ${version}, scope: 'learner', start: [],
  reduce: (ids, event) => [...ids, event.eventId],
}`

/** Events of two learners in turn, some minutes apart. */
function events(count: number, daysAgo: number, name: string): EventRecord[] {
  return Array.from({ length: count }, (_, at) => {
    const arrived = Date.now() - daysAgo * DAY_MS + at * 60_000
    return aRecord({
      ...{ tenantId, eventId: `${name}-${at}`, actorId: at % 2 ? 'ada' : 'bob' },
      ...{ actorType: 'Person', receivedAt: new Date(arrived).toISOString() },
      expiresAt: new Date(arrived + HOT_DAYS * DAY_MS).toISOString(),
    })
  })
}

/** A server over a folder, as far as rebuilds need one; it fails, once and for all, after so many writes. */
async function open(
  dataDir: string,
  modules: string,
  { failAfter = Number.POSITIVE_INFINITY, hiddenBefore = undefined as string | undefined } = {},
) {
  const platform = await openLocalPlatform({ dataDir, clock, log })
  let writes = 0
  const failing =
    <Given extends unknown[], Result>(write: (...given: Given) => Result) =>
    (...given: Given): Result => {
      writes += 1
      if (writes > failAfter) throw new StorageError('killed', { isRetriable: true })
      return write(...given)
    }
  const documents = {
    ...platform.documents,
    put: failing(platform.documents.put),
    putAll: failing(platform.documents.putAll),
  }
  const reducing = createReducing({
    ...{ documents, clock, log, workerAt, folder: modules, hasBuiltIn: false },
  })
  const follower = platform.changes.follow(reducing.consumer)
  const walk = createWalk({
    ...{ ...platform, clock, hotTtlDays: HOT_DAYS, hiddenBefore: async () => hiddenBefore },
  })
  const mark = () => platform.mark()
  const needs = { documents, reducing, walk, mark, clock, log }
  const runner = runRebuilds(needs, platform.registry)
  const states = createKeptStates({ documents: platform.documents, clock })
  return {
    ...{ platform, reducing, follower, runner, states },
    isDead: () => writes > failAfter,
    async idsOf(learner: string) {
      const [state] = await states.ofLearner(tenantId, 'order', learner)
      return [state?.version, state?.state as string[] | undefined] as const
    },
    async [Symbol.asyncDispose]() {
      await runner[Symbol.asyncDispose]()
      await follower[Symbol.asyncDispose]()
      await reducing[Symbol.asyncDispose]()
      await platform[Symbol.asyncDispose]()
    },
  }
}

async function scene() {
  const data = temporaryFolder()
  const modules = temporaryFolder()
  const write = (version: number) =>
    writeFileSync(join(modules.path, `v${version}.mjs`), module(version))
  write(1)
  await using platform = await openLocalPlatform({ dataDir: data.path, clock, log })
  const at = new Date().toISOString()
  await platform.registry.tenants.put({ tenantId, name: 'A school', createdAt: at })
  return {
    write,
    open: (more: Parameters<typeof open>[2] = {}) => open(data.path, modules.path, more),
    [Symbol.dispose]() {
      data[Symbol.dispose]()
      modules[Symbol.dispose]()
    },
  }
}

const ids = (records: readonly EventRecord[], learner: string) =>
  records.filter(({ actorId }) => actorId === learner).map(({ eventId }) => eventId)

describe('a rebuild of a reducer on one machine', () => {
  it('reads lake and log in the order of arrival, each event once, over kills and while others come', async () => {
    using own = await scene()
    // The lake alone has these: it is asked for what is older than seven eighths of the hot store's days.
    const old = events(600, 29, 'old').map((one) => ({ ...one, expiresAt: one.receivedAt }))
    const recent = events(700, 3, 'recent')
    const all = [...old, ...recent]
    {
      await using server = await own.open()
      const { platform } = server
      await platform.events.append(old)
      await platform.events.append(recent)
      await archiveStored(platform)
      await server.follower.drain()
      await platform.events.expire(new Date())
      expect((await server.idsOf('ada'))[0]).toBe(1)
    }
    own.write(2)
    let kills = 0
    for (let failAfter = 5; ; failAfter += 16) {
      await using server = await own.open({ failAfter })
      const { platform } = server
      if (kills === 0) {
        const newest = { version: 2, scope: 'learner' } as const
        const begun = await beginRebuild(platform.documents, whose, newest, new Date())
        expect(begun).toMatchObject({ version: 2, isUnderWay: false })
        server.runner.wake(whose)
      }
      const isOver = async () => (await askedBuild(platform.documents, whose)) === undefined
      // Others go on all the while, also when what was built takes the place of what is shown.
      for (let at = 0; !server.isDead() && !(at > 20 && (await isOver())); at += 1) {
        const [one] = events(1, 0, `new-${failAfter}-${at}`) as [EventRecord]
        const more = { ...one, actorId: at % 2 ? 'ada' : 'bob' }
        await platform.events.append([more])
        all.push(more)
        await Bun.sleep(2)
      }
      if (!server.isDead()) {
        // The last writes may be more than it lives for: then the next server goes on.
        const isDrained = await server.follower.drain().then(
          () => true,
          (error) => {
            if (server.isDead()) return false
            throw error
          },
        )
        if (!isDrained) continue
        await Bun.sleep(600)
        for (const learner of ['ada', 'bob']) {
          expect(await server.idsOf(learner)).toEqual([2, ids(all, learner)])
        }
        break
      }
      kills += 1
      // Readers have what they had.
      expect((await server.idsOf('ada'))[0]).toBe(1)
    }
    expect(kills).toBeGreaterThan(0)
    // The feed goes on with what is shown, and with nothing else.
    await using server = await own.open()
    const last = events(2, 0, 'last')
    await server.platform.events.append(last)
    await server.follower.drain()
    expect(await server.idsOf('ada')).toEqual([2, ids([...all, ...last], 'ada')])
    const { builds } = await readBuilds(server.platform.documents, tenantId)
    expect(builds.order?.next).toBeUndefined()
  }, 90_000)

  it('of the same version begins anew, leaves out what is hidden, and can be ended', async () => {
    using own = await scene()
    const recent = events(20, 1, 'recent')
    const hiddenBefore = recent[10]!.receivedAt
    await using server = await own.open({ hiddenBefore })
    const { platform, runner } = server
    await platform.events.append(recent)
    await server.follower.drain()
    expect(await server.idsOf('ada')).toEqual([1, ids(recent, 'ada')])
    const newest = { version: 1, scope: 'learner' } as const
    const begun = await beginRebuild(platform.documents, whose, newest, new Date())
    expect(begun.isUnderWay).toBe(false)
    expect(await beginRebuild(platform.documents, whose, newest, new Date())).toEqual({
      ...begun,
      isUnderWay: true,
    })
    expect(await endRebuild(platform.documents, whose)).toBe(true)
    expect(await endRebuild(platform.documents, whose)).toBe(false)
    await beginRebuild(platform.documents, whose, newest, new Date())
    runner.wake(whose)
    await until(async () => (await askedBuild(platform.documents, whose)) === undefined, 20_000)
    const { builds } = await readBuilds(platform.documents, tenantId)
    expect(builds.order).toMatchObject({ shown: { version: 1, build: 3 } })
    await Bun.sleep(600)
    expect(await server.idsOf('ada')).toEqual([1, ids(recent.slice(10), 'ada')])
  }, 60_000)

  it('says why it waits where its version is not loaded', async () => {
    using own = await scene()
    await using server = await own.open()
    const { platform, runner } = server
    await beginRebuild(platform.documents, whose, { version: 9, scope: 'learner' }, new Date())
    runner.wake(whose)
    await until(async () => {
      const { progress } = (await askedBuild(platform.documents, whose))!
      return progress?.trouble === 'the server has not loaded its version'
    }, 20_000)
  }, 30_000)
})

describe('states that nobody has asked for', () => {
  it('are made of what was stored before, for the first who asks, and go on from then', async () => {
    using folder = temporaryFolder()
    const settings = { NONIUS_DATA_DIR: folder.path, NONIUS_PORT: '0', NONIUS_HOST: '127.0.0.1' }
    const config = readConfig({ ...settings, NONIUS_LOG_LEVEL: 'silent' })
    await using server = await startServer(config)
    const { demoKey, adminKey } = server.keys!
    const call = async (path: string, key: string, init: RequestInit = {}) => {
      const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
      const reply = await fetch(new URL(path, server.url), { ...init, headers })
      return (await reply.json()) as { states?: { events: number }[]; building?: object }
    }
    const send = (count: number) => {
      const event = { event_type: 'typed', user_id: 'amy' }
      const body = JSON.stringify(Array.from({ length: count }, () => event))
      return call('/api/v1/events', demoKey, { method: 'POST', body })
    }
    const path = '/api/v1/reducers/last-activity'
    await send(30)
    await Bun.sleep(1_000)
    const first = await call(`${path}/amy`, adminKey)
    expect([first.building, first.states?.[0]?.events]).toEqual([undefined, 30])
    await send(5)
    const read = async () => (await call(`${path}?learner=amy`, adminKey)).states?.[0]?.events
    await until(async () => (await read()) === 35)
    await Bun.sleep(500)
    expect(await read()).toBe(35)
    const begun = await call(`${path}/rebuild`, adminKey, { method: 'POST' })
    expect(begun).toMatchObject({ name: 'last-activity', version: 1 })
    await Bun.sleep(2_000)
    expect(await read()).toBe(35)
  }, 30_000)
})
