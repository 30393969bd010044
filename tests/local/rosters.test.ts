import { afterAll, describe, expect, it } from 'bun:test'
import { StorageError } from '../../src/error/storage-error'
import { openLocalPlatform } from '../../src/platform/local'
import { groupsOf } from '../../src/rosters/groups-of'
import { createRosters } from '../../src/rosters/rosters'
import { silentLog as log } from '../../src/telemetry/log'
import { aRunningClock } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { oddIds } from '../support/odd-ids'
import { aRoster, type RosterFiles, rosterZip } from '../support/rosters'

const folder = temporaryFolder()
const clock = aRunningClock()
const platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
afterAll(async () => {
  await platform[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const { documents } = platform
const nobody = { of: async () => new Set<string>() }
const group = { field: 'sourcedId', before: '', after: '' } as const
const usual = { isDryRun: false, by: 'key_1', group }

function create(more: Partial<Parameters<typeof createRosters>[0]> = {}) {
  return createRosters({ documents, clock, tombstones: nobody, ...more })
}

async function stored(tenantId: string): Promise<string[]> {
  const { items } = await documents.list(tenantId, ['rosters'], { limit: 1000 })
  return items.filter(({ key }) => key[1] !== 'state').map(({ key, etag }) => `${key} ${etag}`)
}

const seenBy = (tenantId: string, id: string, role: 'teacher' | 'teacher-admin' = 'teacher') =>
  groupsOf({ documents, clock }, tenantId, id, role)

describe('who sees what by a roster', () => {
  it('is a teacher her classes, an administrator those below, for as long as it holds', async () => {
    await create().load('terms', rosterZip(aRoster()), usual)
    expect(await seenBy('terms', 't1')).toEqual(['math'])
    expect(await seenBy('terms', 'a1')).toEqual([])
    expect([...(await seenBy('terms', 'a1', 'teacher-admin'))].toSorted()).toEqual(['math', 'old'])
    const all = [...(await seenBy('terms', 'a0', 'teacher-admin'))].toSorted()
    expect(all).toEqual(['art', 'math', 'old'])
    expect(await seenBy('terms', 's1', 'teacher-admin')).toEqual([])
    const at = (time: string) =>
      groupsOf({ documents, clock: { now: () => new Date(time) } }, 'terms', 't1', 'teacher')
    expect(await at('2020-06-29T12:00:00Z')).toEqual(['math', 'old'])
    // It is over everywhere on earth.
    expect(await at('2020-06-30T11:59:59Z')).toEqual(['math', 'old'])
    expect(await at('2020-06-30T12:00:00Z')).toEqual(['math'])
  })

  it('is by whole ids, whatever characters they have', async () => {
    // Cells are trimmed.
    const ids = oddIds.filter((id) => id.trim() === id)
    expect(ids.length).toBeGreaterThan(10)
    const files = aRoster()
    const rows = { 'users.csv': '', 'classes.csv': '', 'enrollments.csv': '' }
    for (const [place, id] of ids.entries()) {
      const cell = `"${id.replaceAll('"', '""')}"`
      rows['users.csv'] += `${cell},,,true,north,teacher,,,,,,,,,,,,\r\n`
      rows['classes.csv'] += `"${place}${cell.slice(1)},,,T,,,,scheduled,,north,,,,\r\n`
      rows['enrollments.csv'] += `,,,"${place}${cell.slice(1)},north,${cell},teacher,,,\r\n`
    }
    const all = Object.entries(rows).map(([name, text]) => [name, files[name] + text] as const)
    await create().load('odd', rosterZip({ ...files, ...Object.fromEntries(all) }), usual)
    for (const [place, id] of ids.entries()) {
      expect(await seenBy('odd', id)).toEqual([`${place}${id}`])
      expect(await seenBy('odd2', id)).toEqual([])
    }
  })
})

describe('a load', () => {
  it('that is cut short anywhere is done by the next', async () => {
    const zip = rosterZip(aRoster())
    await create().load('clean', zip, usual)
    const clean = await stored('clean')
    const other: RosterFiles = aRoster()
    other['enrollments.csv'] = other['enrollments.csv']!.replaceAll('t1', 't2')
    for (let fails = 1; fails < 20; fails += 3) {
      await create().load('cut', rosterZip(other), usual)
      let left = fails
      const failing = {
        ...documents,
        put: async (...given: Parameters<typeof documents.put>) => {
          left -= 1
          if (left === 0) throw new StorageError('no', { isRetriable: true })
          return documents.put(...given)
        },
      }
      const load = create({ documents: failing }).load('cut', zip, usual)
      const failed = await load.then(
        () => false,
        () => true,
      )
      if (failed && fails > 1) {
        expect(await create().state('cut')).toMatchObject({ status: 'loading' })
      }
      await create().load('cut', zip, usual)
      expect(await stored('cut')).toEqual(clean)
      expect(await create().state('cut')).toMatchObject({ status: 'loaded' })
    }
  })

  it('waits for no other, and says so', async () => {
    const zip = rosterZip(aRoster())
    let goOn = () => {}
    const wait = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const slow = {
      ...documents,
      list: async (...given: Parameters<typeof documents.list>) => {
        if (given[1][1] === 'staff') await wait
        return documents.list(...given)
      },
    }
    const first = create({ documents: slow }).load('two', zip, usual)
    while ((await create().state('two')).status === 'none') await Bun.sleep(1)
    expect(create().load('two', zip, usual)).rejects.toThrow('Another roster')
    expect(create().remove('two')).rejects.toThrow('Another roster')
    goOn()
    await first
    await create().load('two', zip, usual)
  })

  it('leaves out whom an erasure takes while it goes on', async () => {
    const erased = new Set<string>()
    const tombstones = {
      of: async (_: string, ids: readonly string[]) => new Set(ids.filter((id) => erased.has(id))),
    }
    let puts = 0
    const meanwhile = {
      ...documents,
      put: async (...given: Parameters<typeof documents.put>) => {
        puts += 1
        if (puts === 4) {
          erased.add('s2').add('tina.t')
          const bytes = Buffer.from('digests')
          const key = ['governance', 'tombstones', 'ab']
          await documents.put('meanwhile', key, { bytes, contentType: 'text/plain' })
        }
        return documents.put(...given)
      },
    }
    const rosters = create({ documents: meanwhile, tombstones })
    const { warnings } = await rosters.load('meanwhile', rosterZip(aRoster()), usual)
    expect(warnings).toMatchObject([{ code: 'erased', count: 2 }])
    expect(await seenBy('meanwhile', 't1')).toEqual([])
    const { members } = (await rosters.group('meanwhile', 'math'))!
    expect(members.map(({ ids: [id] }) => id)).toEqual(['s1'])
  })

  it('of any bytes ends in a reason', async () => {
    const good = rosterZip(aRoster())
    const rosters = create()
    let [taken, refused] = [0, 0]
    let seed = 7
    const random = (below: number) => {
      // A linear congruential generator (Numerical Recipes), so that a failure comes again.
      seed = (seed * 1664525 + 1013904223) % 2 ** 32
      return seed % below
    }
    for (let turn = 0; turn < 300; turn += 1) {
      const bytes = good.slice(0, turn % 5 === 0 ? random(good.length) : good.length)
      for (let change = 0; change <= turn % 8; change += 1) {
        if (bytes.length > 0) bytes[random(bytes.length)] = random(256)
      }
      try {
        await rosters.load('bytes', bytes, { ...usual, isDryRun: true })
        taken += 1
      } catch (error) {
        expect((error as Error).name).toBe('AppError')
        refused += 1
      }
    }
    expect(taken + refused).toBe(300)
    expect(await stored('bytes')).toEqual([])
  })
})
