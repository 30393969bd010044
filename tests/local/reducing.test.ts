import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventRecord } from '../../src/event/record'
import { openLocalPlatform } from '../../src/platform/local'
import { documentsPlace } from '../../src/privacy/erasures/places/documents'
import type { Search } from '../../src/privacy/erasures/places/place'
import { changeBuilds, readBuilds } from '../../src/reducers/kept/builds'
import { keyOf, type Scope } from '../../src/reducers/kept/places'
import { decodeStates } from '../../src/reducers/kept/state-document'
import { createReducing } from '../../src/reducers/reducing'
import type { Log } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { aRecord } from '../support/records'

const clock = { now: () => new Date(), monotonic: () => performance.now() }
const workerAt = new URL('../../src/reducers/worker/worker.ts', import.meta.url)

const counting = `
export default [
  {
    name: 'count', version: 1, scope: 'learner', start: { ids: [] },
    reduce: (state, event) => ({ ids: [...state.ids, event.eventId] }),
    show: ({ ids }) => ids.length,
  },
  { name: 'docs', version: 1, scope: { learnerAnd: 'doc_id' }, start: 0, reduce: (n) => n + 1 },
  { name: 'loops', version: 1, scope: 'source', start: 0,
    reduce(n, event) { if (event.type === 'loop') for (;;) {} return n + 1 } },
  { name: 'throws', version: 1, scope: 'source', start: { n: 0 },
    reduce(state, event) { state.n += 1; if (event.type === 'odd') throw new Error('odd'); return state } },
]`

/** A server of one machine over a folder, which may be opened again, as after a kill. */
function scene(module: string) {
  const folder = temporaryFolder()
  const modules = temporaryFolder()
  writeFileSync(join(modules.path, 'ours.mjs'), module)
  const lines: string[] = []
  const line =
    (level: string): Log['info'] =>
    (message, fields = {}) =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  const log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }

  async function open({
    reloads = false,
    maxMs = 1000,
    crashAfter = Number.POSITIVE_INFINITY,
    isWrittenBehind = true,
  } = {}) {
    const platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
    let puts = 0
    const documents = {
      ...platform.documents,
      putAll(...given: Parameters<typeof platform.documents.putAll>) {
        puts += 1
        if (puts > crashAfter) throw new Error('killed')
        return platform.documents.putAll(...given)
      },
    }
    const reducing = createReducing({
      ...{
        documents,
        clock,
        log,
        workerAt,
        folder: modules.path,
        hasBuiltIn: false,
        reloads,
        maxMs,
        isWrittenBehind,
      },
    })
    const follower = platform.changes.follow(reducing.consumer)
    return {
      platform,
      reducing,
      follower,
      /** A hang has the feed begin again at what is written, which `drain` tells. */
      async drain() {
        for (let tries = 0; tries < 9; tries += 1) {
          if (
            await follower.drain().then(
              () => true,
              () => false,
            )
          )
            return
        }
        await follower.drain()
      },
      async append(records: EventRecord[]) {
        await platform.events.append(records)
      },
      async states(scope: Scope) {
        const found = await platform.documents.get('school', keyOf(scope))
        return found && decodeStates(found.bytes).entries
      },
      async close() {
        await follower[Symbol.asyncDispose]()
        await reducing[Symbol.asyncDispose]()
        await platform[Symbol.asyncDispose]()
      },
    }
  }
  return {
    open,
    lines,
    write: (name: string, text: string) => writeFileSync(join(modules.path, name), text),
    /** Sets the cursor back, as a process leaves it that did not come to save it. */
    cursor(handled: number) {
      using db = new Database(join(folder.path, 'nonius.db'))
      db.run("UPDATE cursors SET handled = min(handled, ?) WHERE name = 'reducers'", [handled])
    },
    [Symbol.dispose]() {
      folder[Symbol.dispose]()
      modules[Symbol.dispose]()
    },
  }
}

const event = (eventId: string, more: Partial<EventRecord> = {}) =>
  aRecord({
    ...{ tenantId: 'school', eventId, standard: 'native', actorId: 'ada', actorType: 'Person' },
    ...{ raw: '{"payload":{"doc_id":"D1"}}', ...more },
  })

describe('reducers on one machine', () => {
  it('take each event in once, whatever is thrown, and whoever goes in circles', async () => {
    using own = scene(counting)
    const server = await own.open({ maxMs: 150 })
    await server.append([
      ...[event('1'), event('2', { type: 'odd' }), event('3', { type: 'loop' })],
      ...[event('4', { actorId: 'bob' }), event('5', { raw: '{"payload":{"doc_id":"D2"}}' })],
    ])
    await server.drain()
    expect(await server.states({ learner: 'ada' })).toMatchObject({
      'count#1': { state: { ids: ['1', '2', '3', '5'] }, shown: 4, events: 4 },
    })
    expect(await server.states({ learner: 'ada', field: 'doc_id', value: 'D2' })).toMatchObject({
      'docs#1': { state: 1 },
    })
    expect(await server.states({ source: 'demo' })).toMatchObject({
      'throws#1': { state: { n: 4 }, events: 4, skipped: 1 },
      'loops#1': { state: 4, events: 4, skipped: 1 },
    })
    await server.close()
  }, 20_000)

  for (const isWrittenBehind of [true, false]) {
    const how = isWrittenBehind ? 'from memory' : 'at once'
    it(`has every event in once, written ${how}, whenever it is killed, from two devices`, async () => {
      await onceWithKills(isWrittenBehind)
    }, 30_000)
  }

  async function onceWithKills(isWrittenBehind: boolean) {
    using own = scene(counting)
    const sent: string[] = []
    let killed = 0
    // A kill between any two writes: the cursor was saved before it, after it, or never.
    for (let crashAfter = 0; crashAfter < 5; crashAfter += 1) {
      const server = await own.open({ crashAfter, isWrittenBehind })
      const devices = ['phone', 'laptop'].map((device) =>
        [0, 1].map((n) => event(`${device}-${crashAfter}-${n}`, { sessionId: device })),
      )
      await Promise.all(devices.map((records) => server.append(records)))
      sent.push(...devices.flat().map(({ eventId }) => eventId))
      killed += await server.follower.drain().then(
        () => 0,
        () => 1,
      )
      await server.append([event(`late-${crashAfter}`)])
      sent.push(`late-${crashAfter}`)
      await server.follower.drain().catch(() => {})
      await server.close()
      // An older cursor is that of a process that died within a second.
      own.cursor(crashAfter % 2 === 0 ? 0 : 3)
    }
    expect(killed).toBeGreaterThan(0)
    const server = await own.open()
    await server.drain()
    const { 'count#1': entry } = (await server.states({ learner: 'ada' }))!
    expect((entry!.state as { ids: string[] }).ids.toSorted()).toEqual(sent.toSorted())
    expect(entry).toMatchObject({ events: sent.length, shown: sent.length })
    await server.close()
  }

  it('loads modules anew, and keeps the states of a version until the next one was built', async () => {
    using own = scene(counting)
    const server = await own.open({ reloads: true })
    await server.append([event('1')])
    await server.drain()
    const newer = counting.replace("'count', version: 1", "'count', version: 2")
    own.write('ours.mjs', `${newer}.map((one) => one)`)
    own.write(
      'broken.ts',
      'export default { name: "Broken", version: 0 } as const satisfies object',
    )
    await Bun.sleep(1100)
    await server.append([event('2')])
    await server.drain()
    // Its code is gone: the states of version 1 stand still, and those of version 2 are not there yet.
    const { 'count#1': old, ...others } = (await server.states({ learner: 'ada' }))!
    expect(old).toMatchObject({ state: { ids: ['1'] } })
    expect(others).not.toHaveProperty('count#2')
    const { reducers, problems } = await server.reducing.catalogue()
    expect(reducers.map(({ name, version }) => [name, version])).toContainEqual(['count', 2])
    expect(problems.join()).toContain('broken.ts.name must be 1 to 64 lower-case letters')
    expect(problems.join()).toContain('broken.ts.version must be a whole number from 1 on; it is 0')

    const { documents } = server.platform
    const { builds } = await readBuilds(documents, 'school')
    const { next } = builds.count!
    expect(next).toMatchObject({ version: 2, build: 2 })
    const stored = ['1', '2'].map((eventId) => ({
      record: event(eventId),
      at: Number(eventId) - 1,
    }))
    const build = { name: 'count', ...next! }
    expect(await server.reducing.apply('school', [build], stored)).toMatchObject([{ applied: 2 }])
    expect(await server.reducing.apply('school', [build], stored)).toMatchObject([{ repeated: 2 }])
    await server.reducing.pause(() =>
      changeBuilds(documents, 'school', ({ count, ...rest }) => ({
        ...{ ...rest, count: { shown: count!.next! } },
      })),
    )
    await server.append([event('3')])
    await server.drain()
    const after = (await server.states({ learner: 'ada' }))!
    expect(after).not.toHaveProperty('count#1')
    expect(after).toMatchObject({ 'count#2': { version: 2, state: { ids: ['1', '2', '3'] } } })
    await server.close()
  }, 20_000)

  it('switches off what only fails, says so, and goes on with the others', async () => {
    using own = scene(counting)
    const server = await own.open()
    await server.append(Array.from({ length: 120 }, (_, n) => event(`odd-${n}`, { type: 'odd' })))
    await server.drain()
    await server.append([event('fine')])
    await server.drain()
    const { reducers } = await server.reducing.catalogue()
    const throws = reducers.find(({ name }) => name === 'throws')!
    expect(throws).toMatchObject({
      ...{ skipped: 120, offSince: expect.any(String) },
      lastFailure: { reason: expect.stringMatching(/^it threw Error at ours\.mjs:\d+:\d+$/) },
    })
    expect(own.lines.join('\n')).toMatch(/error a reducer was switched off .*"reducer":"throws"/)
    expect(await server.states({ source: 'demo' })).toMatchObject({
      ...{ 'throws#1': { state: { n: 0 }, events: 0 }, 'loops#1': { events: 121 } },
    })
    await server.close()
    // After a start it is off as long as its code is the same.
    const again = await own.open()
    await again.append([event('later')])
    await again.drain()
    expect(await again.states({ source: 'demo' })).toMatchObject({
      ...{ 'throws#1': { events: 0 }, 'loops#1': { events: 122 } },
    })
    await again.close()
    own.write('ours.mjs', counting.replace("throw new Error('odd')", 'state.n += 0'))
    const mended = await own.open()
    await mended.append([event('last')])
    await mended.drain()
    expect(await mended.states({ source: 'demo' })).toMatchObject({ 'throws#1': { events: 1 } })
    await mended.close()
  }, 20_000)

  it('lets nobody come back who was erased while events were in hand', async () => {
    using own = scene(counting)
    const server = await own.open()
    await server.append([event('1')])
    await server.drain()
    const { documents, events } = server.platform
    const put = documents.putAll
    let isErased = false
    documents.putAll = async (...given) => {
      if (!isErased) {
        isErased = true
        await events.erase('school', { actorIds: ['ada'], isDryRun: false })
        await documents.deletePrefix('school', ['reducers', 'learner', 'ada'])
      }
      return put(...given)
    }
    await server.append([event('2'), event('3', { actorId: 'bob' })])
    await server.drain()
    expect(await server.states({ learner: 'ada' })).toBeUndefined()
    expect(await server.states({ learner: 'bob' })).toMatchObject({ 'count#1': { events: 1 } })
    await server.close()
  }, 20_000)

  it('writes what it has in memory before an erasure looks for who is named there', async () => {
    using own = scene(`export default { name: 'who', version: 1, scope: 'source', start: [],
      reduce: (names, { actorId }) => [...names, actorId] }`)
    const server = await own.open()
    const { documents, events } = server.platform
    await server.append([event('1')])
    await Bun.sleep(800)
    expect(await server.states({ source: 'demo' })).toBeUndefined()
    await events.erase('school', { actorIds: ['ada'], isDryRun: false })
    const search = { tenantId: 'school', actorIds: ['ada'], isDryRun: false } as object as Search
    const place = documentsPlace(documents, server.reducing.settle)
    expect(await place.search(search)).toMatchObject({ found: 1, removed: 1 })
    await server.append([event('2', { actorId: 'bob' })])
    await server.close()
    const again = await own.open()
    await again.drain()
    expect(await again.states({ source: 'demo' })).toMatchObject({ 'who#1': { state: ['bob'] } })
    await again.close()
  }, 20_000)

  it('begins anew where a state is damaged, and survives modules that never end or end the process', async () => {
    using own = scene(counting)
    own.write('endless.js', 'for (;;) {}')
    own.write('gone.js', 'process.exit(1)')
    own.write('thrown.js', 'throw new Error("no")')
    own.write(
      'exits.mjs',
      `export default { name: 'exits', version: 1, scope: 'source', start: 0,
      reduce(n, { type }) { if (type === 'exit') process.exit(0); return n + 1 } }`,
    )
    const server = await own.open({ maxMs: 200 })
    const bytes = Buffer.from('{"of":')
    const content = { bytes, contentType: 'application/json' }
    await server.platform.documents.put('school', keyOf({ learner: 'ada' }), content)
    await server.append([event('1'), event('2', { type: 'exit' }), event('3')])
    await server.drain()
    expect(await server.states({ learner: 'ada' })).toMatchObject({ 'count#1': { events: 3 } })
    expect(await server.states({ source: 'demo' })).toMatchObject({
      'exits#1': { events: 2, skipped: 1 },
    })
    const { problems } = await server.reducing.catalogue()
    expect(problems).toHaveLength(3)
    await server.close()
  }, 20_000)
})
