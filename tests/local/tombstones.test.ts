import { afterAll, describe, expect, it } from 'bun:test'
import { createTombstones } from '../../src/governance/tombstones/tombstones'
import { openLocalPlatform } from '../../src/platform/local'
import { silentLog as log } from '../../src/telemetry/log'
import { aRunningClock } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { neighboursOf, oddIds } from '../support/odd-ids'

const folder = temporaryFolder()
const clock = aRunningClock()
const platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
afterAll(async () => {
  await platform[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

/** Tombstones of a process of its own. */
function create() {
  const flags: [string, boolean][] = []
  const setHasTombstones = async (...flag: [string, boolean]) => void flags.push(flag)
  return { flags, ...createTombstones({ ...platform, clock, setHasTombstones }) }
}

const asked = async (of: ReturnType<typeof create>, ids: string[], tenantId = 'default') =>
  [...(await of.of(tenantId, ids))].toSorted()

describe('tombstones', () => {
  it('know an erased person in each spelling, and nobody else', async () => {
    const tombstones = create()
    await tombstones.put('default', ['mailto:ada@example.edu', 'https://b.edu/|7'])
    const theirs = ['ada@Example.edu', 'mailto:ada@example.edu', 'https://b.edu/|7']
    const others = ['Ada@example.edu', 'ada@example.ed', 'https://b.edu/|70', '7', '']
    expect(await asked(tombstones, [...theirs, ...others])).toEqual(theirs.toSorted())
    expect(await asked(tombstones, theirs, 'default2')).toEqual([])
    expect(tombstones.flags).toEqual([['default', true]])
  })

  it('take ids as they are, whatever characters they have', async () => {
    const tombstones = create()
    for (const id of oddIds) {
      await tombstones.put('odd', [id])
      expect(await asked(tombstones, [...neighboursOf(id), id], 'odd')).toEqual([id])
      await tombstones.lift('odd', [id])
    }
  })

  it('count in another process within five seconds, and so does their end', async () => {
    const [one, other] = [create(), create()]
    expect(await asked(other, ['eve'])).toEqual([])
    await one.put('default', ['eve'])
    clock.advance(5_001)
    expect(await asked(other, ['eve'])).toEqual(['eve'])
    expect(await one.lift('default', ['eve'])).toEqual({ lifted: 1 })
    expect(await asked(one, ['eve'])).toEqual([])
    clock.advance(5_001)
    expect(await asked(other, ['eve'])).toEqual([])
    expect(await one.lift('default', ['eve'])).toEqual({ lifted: 0 })
  })

  it('say that there are none once the last is lifted', async () => {
    const tombstones = create()
    await tombstones.put('few', ['a', 'b'])
    await tombstones.lift('few', ['a'])
    await tombstones.lift('few', ['b'])
    expect(tombstones.flags).toEqual([
      ['few', true],
      ['few', false],
    ])
  })

  it('name nobody', async () => {
    const tombstones = create()
    await tombstones.put('quiet', ['canary-of-tombstones'])
    const { items } = await platform.documents.list('quiet', [], { limit: 100 })
    for (const { key } of items) {
      const { bytes } = (await platform.documents.get('quiet', key))!
      expect(JSON.stringify(key) + Buffer.from(bytes).toString()).not.toContain('canary')
    }
    expect(items).toHaveLength(2)
  })
})
