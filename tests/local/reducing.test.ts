import { describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventRecord } from '../../src/event/record'
import { openLocalPlatform } from '../../src/platform/local'
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
      },
    })
    const follower = platform.changes.follow(reducing.consumer)
    return {
      platform,
      reducing,
      follower,
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
    modules: modules.path,
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
    await server.follower.drain()
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
})
