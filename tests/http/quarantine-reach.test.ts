import { describe, expect, it } from 'bun:test'
import type { Scope } from '../../src/identity/scope'
import { problemOf } from '../support/battery'
import { anEvent } from '../support/envelopes'
import { startQuarantineTest } from '../support/quarantine-api'

const rights: Scope[] = ['events:write', 'quarantine:read', 'quarantine:write']
const patch = [{ op: 'add', path: '/type', value: 'ViewEvent' }]

const untyped = () => {
  const { type: _, ...rest } = anEvent()
  return rest
}

interface Held {
  items: { quarantineId: string; sourceId: string }[]
  usage: { sourceId: string }[]
}

/** One item in quarantine of each of three sources, and keys of the first that reach more or less. */
async function withSources() {
  const test = await startQuarantineTest()
  const held: Record<string, string> = {}
  for (const sourceId of ['moodle', 'canvas', 'sakai']) {
    const key = await test.issue(rights, 'default', { sourceId })
    const body = { data: [untyped()] }
    const receipt = await test.json<{ quarantined: { quarantineId: string }[] }>(
      test.call('POST', '/caliper/v1p2/events', body, key),
    )
    held[sourceId] = receipt.quarantined[0]!.quarantineId
  }
  const moodle = { sourceId: 'moodle' }
  const keys: Record<string, string> = {
    'no more than its own': await test.issue(rights, 'default', moodle),
    'one more': await test.issue(rights, 'default', { ...moodle, sources: ['canvas'] }),
    all: await test.issue(rights, 'default', { ...moodle, sources: '*' }),
    'an administrator': await test.issue([...rights, 'admin'], 'default', moodle),
    'another tenant': await test.issue([...rights, 'admin'], 'elsewhere', { sources: '*' }),
  }
  return { ...test, held, keyThat: (reaches: string) => keys[reaches]! }
}

const table: [key: string, reached: string[]][] = [
  ['no more than its own', ['moodle']],
  ['one more', ['moodle', 'canvas']],
  ['all', ['moodle', 'canvas', 'sakai']],
  ['an administrator', ['moodle', 'canvas', 'sakai']],
  ['another tenant', []],
]
const sources = ['moodle', 'canvas', 'sakai']

describe('A key reaches in quarantine what it was made for', () => {
  for (const [key, reached] of table) {
    const beyond = sources.filter((source) => !reached.includes(source))

    it(`${key}: sees ${reached}`, async () => {
      await using test = await withSources()
      const get = (query = '') =>
        test.json<Held>(test.call('GET', `/quarantine${query}`, undefined, test.keyThat(key)))
      const { items, usage } = await get()
      expect(items.map(({ sourceId }) => sourceId).sort()).toEqual(reached.toSorted())
      expect(usage.map(({ sourceId }) => sourceId)).toEqual(reached.toSorted())
      for (const source of sources) {
        const found = await get(`?sourceId=${source}`)
        expect(found.items).toHaveLength(reached.includes(source) ? 1 : 0)
        expect(found.usage).toHaveLength(reached.includes(source) ? 1 : 0)
        const path = `/quarantine/${test.held[source]}`
        const reply = await test.call('GET', path, undefined, test.keyThat(key))
        if (reached.includes(source)) expect(reply.status).toBe(200)
        else await problemOf(reply, 'not_found')
      }
    })

    it(`${key}: repairs, replays and gives up ${reached}, and nothing of others`, async () => {
      await using test = await withSources()
      for (const source of beyond) {
        const path = `/quarantine/${test.held[source]}`
        for (const [method, at, body] of [
          ['POST', `${path}/replay`, { patch }],
          ['POST', `${path}/replay`, {}],
          ['POST', `${path}/replay`, { dryRun: true }],
          ['DELETE', path, undefined],
        ] as const) {
          await problemOf(await test.call(method, at, body, test.keyThat(key)), 'not_found')
        }
        const filter = { sourceId: source }
        const all = await test.call('POST', '/quarantine/replay', { filter }, test.keyThat(key))
        if (key === 'another tenant') expect(await all.json()).toMatchObject({ results: [] })
        else expect((await problemOf(all, 'forbidden')).detail).toContain('moodle')
        const gone = await test.call('POST', '/quarantine/delete', { filter }, test.keyThat(key))
        if (key === 'another tenant') expect(await gone.json()).toMatchObject({ count: 0 })
        else expect((await problemOf(gone, 'forbidden')).detail).toContain('moodle')
      }
      const all = (path: string, body: object) =>
        test.json<Record<string, unknown>>(test.call('POST', path, body, test.keyThat(key)))
      const counted = await all('/quarantine/delete', { filter: {}, dryRun: true })
      expect(counted.count).toBe(reached.length)
      const replayed = await all('/quarantine/replay', { filter: {}, patch, limit: 1 })
      const stored = Math.min(1, reached.length)
      expect(replayed).toMatchObject({ counts: { stored } })
      const gone = await all('/quarantine/delete', { filter: {} })
      expect(gone.count).toBe(reached.length - stored)
      for (const source of beyond)
        expect(await test.platform.quarantine.get('default', test.held[source]!)).toBeDefined()
    })
  }

  it('pages go on within it, and not with a cursor of another reach', async () => {
    await using test = await withSources()
    const [wide, narrow] = [test.keyThat('one more'), test.keyThat('no more than its own')]
    const list = (query: string, key: string) =>
      test.call('GET', `/quarantine?limit=1${query}`, undefined, key)
    const first = (await (await list('', wide)).json()) as { nextCursor: string }
    const next = `&cursor=${first.nextCursor}`
    expect(await (await list(next, wide)).json()).toMatchObject({ items: [{ sourceId: 'moodle' }] })
    await problemOf(await list(next, narrow), 'invalid_cursor')
  })

  it('reach is nothing without the scope', async () => {
    await using test = await withSources()
    const key = await test.issue(['events:read'], 'default', { sources: '*' })
    await problemOf(await test.call('GET', '/quarantine', undefined, key), 'forbidden')
  })

  it('a key from before keys had a reach has its own source', async () => {
    await using test = await withSources()
    const [record] = await test.platform.registry.keys.list('default')
    expect(record).not.toHaveProperty('sources')
    expect(await test.json<Held>(test.call('GET', '/quarantine'))).toEqual({ items: [], usage: [] })
  })
})
