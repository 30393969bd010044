import { expect, it } from 'bun:test'
import { cpSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createAggregates } from '../../src/platform/local/aggregates/read'
import { openArchive } from '../../src/platform/local/archive'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { openSettlement } from '../../src/platform/local/settlement'
import { createTurns } from '../../src/platform/turns'
import { silentLog } from '../../src/telemetry/log'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'
import { run } from '../support/program'
import { aBatch, aRecord } from '../support/records'

const program = join(import.meta.dir, '../support/settling-program.ts')
const fileOf = (folder: string) => join(folder, '../../aggregates.db')
const settle = (folder: string, step = '') => run(['bun', program, folder, step, fileOf(folder)])
const NEXT_DAY = '2026-11-16T00:00:00.000Z'
const joinHours = (folder: string, step = '') =>
  run(['bun', program, folder, step, fileOf(folder), NEXT_DAY])

const at = (time: string, more = {}) => aRecord({ receivedAt: `2026-11-${time}:00.000Z`, ...more })

const ever = {
  ...{ tenantId: 'default', timeZone: 'UTC' },
  edges: ['2026-01-01', '2027-01-01'].map((day) => Date.parse(`${day}T00:00:00Z`)),
}

it('loses and repeats no event, killed at whichever step', async () => {
  using root = temporaryFolder()
  await using duck = createDuck()
  const lakeIn = (name: string) => join(root.path, name, 'lake', 'events')
  const twice = at('15T09:00')
  const batches = [
    aBatch('one', [at('15T09:00', { actorId: 'ada' }), at('15T10:00'), twice]),
    aBatch('two', [twice, at('15T10:10'), at('16T00:00', { eventId: twice.eventId })]),
  ]
  {
    await using archive = openArchive({ folder: lakeIn('settled once'), log: silentLog })
    await archive.write(batches[0]!)
    const clock = clockAt(() => new Date())
    const settlement = await openSettlement({ folder: lakeIn('settled once'), archive, clock })
    await settlement.settle({ until: '2026-11-18' })
    await archive.write(batches[1]!)
  }
  async function ids(folder: string) {
    const { rows } = await lakeOf({ folder, duck }).query('SELECT event_id FROM events')
    return rows.map(([id]) => String(id)).sort()
  }
  const before = await ids(lakeIn('settled once'))
  const after = [...new Set(before)]
  expect(before.length).toBe(after.length + 2)

  const copyOf = (name: string) => {
    cpSync(join(root.path, 'settled once'), join(root.path, name), { recursive: true })
    return lakeIn(name)
  }
  const { stdout } = await settle(copyOf('whole'))
  const steps = Number(stdout)
  expect(steps).toBeGreaterThan(15)
  expect(await ids(lakeIn('whole'))).toEqual(after)

  await Promise.all(
    Array.from({ length: steps }, async (_, n) => {
      const folder = copyOf(`killed ${n + 1}`)
      await settle(folder, String(n + 1))
      // A reader that comes before the next start sees every event, and none more often than before.
      const seen = await ids(folder)
      expect([n, [...new Set(seen)]]).toEqual([n, after])
      expect(seen.length).toBeLessThanOrEqual(before.length)
      // So does whoever reads the folder itself.
      const plain = `SELECT count(DISTINCT event_id) FROM read_parquet('${folder}/*/*/*/*.parquet')`
      expect(Number((await lakeOf({ folder, duck }).query(plain)).rows[0]![0])).toBe(after.length)
      // A batch may come again first.
      const aggregates = { file: fileOf(folder), key: '0a', zones: async () => ({}) }
      await using archive = openArchive({ folder, log: silentLog, aggregates })
      const clock = clockAt(() => new Date())
      const settlement = await openSettlement({ folder, archive, clock })
      // What is counted is what is there, wherever it was cut short.
      const follower = archive.workshop.follower!
      await follower.catchUp(new AbortController().signal)
      const counted = createAggregates({ ...aggregates, follower, turns: createTurns() })
      const count = async () => {
        const { rows } = await lakeOf({ folder, duck }).query('SELECT count(*) FROM events')
        const [group] = (await counted.count({ ...ever, metric: 'events' })) ?? []
        expect([n, group?.counts]).toEqual([n, [Number(rows[0]![0])]])
      }
      await count()
      for (const batch of batches) await archive.write(batch)
      await settlement.settle({ until: '2026-11-18' })
      expect([n, await ids(folder)]).toEqual([n, after])
      await count()
      const files = [...new Bun.Glob('**/*.parquet').scanSync(folder)]
      expect(files.map((file) => file.replace(/-[0-9a-f]{12}-/, '-ID-')).sort()).toEqual([
        'retention_class=standard/day=2026-11-15/hour=24/settled-59-ID-0z.parquet',
      ])
      const made = join(folder, '../settling')
      expect(existsSync(made) ? readdirSync(made) : []).toEqual([])
    }),
  )
}, 240_000)

it('joins an hour, killed at whichever step, and neither loses nor repeats an event', async () => {
  using root = temporaryFolder()
  await using duck = createDuck()
  const lakeIn = (name: string) => join(root.path, name, 'lake', 'events')
  const batches = ['one', 'two', 'three'].map((id, n) =>
    aBatch(id, [at(`15T09:0${n}`, { actorId: 'ada' }), at(`15T09:1${n}`)]),
  )
  {
    await using archive = openArchive({ folder: lakeIn('landed'), log: silentLog })
    for (const batch of batches) await archive.write(batch)
  }
  async function ids(folder: string) {
    const { rows } = await lakeOf({ folder, duck }).query('SELECT event_id FROM events')
    return rows.map(([id]) => String(id)).sort()
  }
  const all = await ids(lakeIn('landed'))
  expect(all).toHaveLength(6)
  const copyOf = (name: string) => {
    cpSync(join(root.path, 'landed'), join(root.path, name), { recursive: true })
    return lakeIn(name)
  }
  const { stdout } = await joinHours(copyOf('whole'))
  const steps = Number(stdout)
  expect(steps).toBeGreaterThan(8)
  expect(await ids(lakeIn('whole'))).toEqual(all)

  await Promise.all(
    Array.from({ length: steps }, async (_, n) => {
      const folder = copyOf(`killed ${n + 1}`)
      await joinHours(folder, String(n + 1))
      expect([n, await ids(folder)]).toEqual([n, all])
      const aggregates = { file: fileOf(folder), key: '0a', zones: async () => ({}) }
      await using archive = openArchive({ folder, log: silentLog, aggregates })
      const clock = clockAt(() => new Date(NEXT_DAY))
      const sizes = { leastFiles: 2, smallBytes: 0 }
      const settlement = await openSettlement({ folder, archive, clock, sizes })
      const follower = archive.workshop.follower!
      await follower.catchUp(new AbortController().signal)
      const counted = createAggregates({ ...aggregates, follower, turns: createTurns() })
      async function counts() {
        const [group] = (await counted.count({ ...ever, metric: 'events' })) ?? []
        return [n, group?.counts, await ids(folder)]
      }
      expect(await counts()).toEqual([n, [all.length], all])
      for (const batch of batches) await archive.write(batch)
      await settlement.joinHours()
      expect(await counts()).toEqual([n, [all.length], all])
      const files = [...new Bun.Glob('**/*.parquet').scanSync(folder)]
      expect(files.map((file) => file.replace(/-[0-9a-f]{12}-/, '-ID-'))).toEqual([
        'retention_class=standard/day=2026-11-15/hour=09/joined-59-ID-0z.parquet',
      ])
      // An erasure reaches what is joined, and the night takes what is left.
      await archive.erase('default', { actorIds: ['ada'] })
      await settlement.settle({ until: '2026-11-16' })
      expect([n, (await ids(folder)).length]).toEqual([n, 3])
      const made = join(folder, '../settling')
      expect(existsSync(made) ? readdirSync(made) : []).toEqual([])
    }),
  )
}, 240_000)
