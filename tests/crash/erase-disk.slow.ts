import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openArchive } from '../../src/platform/local/archive'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { silentLog } from '../../src/telemetry/log'
import { fill, hasSmallDisks, smallDisk } from '../support/crash/small-disk'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'
import { openStore } from '../support/local-store'
import { aBatch, aRecord } from '../support/records'

const ADA = { actorIds: ['ada'] }
const both = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const actorId = n % 2 === 0 ? 'ada' : 'bob'
    return aRecord({ actorId, raw: JSON.stringify({ actor: actorId, n }) })
  })

describe.if(hasSmallDisks())('erasing on a disk that is full', () => {
  it('leaves the files of the lake as they are, and nothing beside them', async () => {
    using root = temporaryFolder()
    using _disk = smallDisk(root.path, 64)
    const folder = join(root.path, 'lake', 'events')
    await using duck = createDuck()
    await using archive = openArchive({ folder, log: silentLog })
    await archive.write(aBatch('one', both(2000)))
    const [name] = [...new Bun.Glob('**/*.parquet').scanSync(folder)]
    const before = readFileSync(join(folder, name!))
    {
      using _full = fill(root.path)
      const refusal = await archive.erase('default', ADA).catch((error: unknown) => error)
      expect(refusal).toMatchObject({ name: 'StorageError', isRetriable: true })
      expect(readFileSync(join(folder, name!)).equals(before)).toBe(true)
      expect(readdirSync(join(root.path, 'lake'))).toEqual(['events'])
    }
    expect(await archive.erase('default', ADA)).toMatchObject({ removed: 1000 })
    const { rows } = await lakeOf({ folder, duck }).query(
      'SELECT actor_id, count(*) FROM events GROUP BY ALL',
    )
    expect(rows).toEqual([['bob', 1000]])
  }, 60_000)

  it('leaves the log whole, and does the rest when there is room', async () => {
    using root = temporaryFolder()
    using _disk = smallDisk(root.path, 64)
    await using store = openStore(join(root.path, 'hot'))
    const records = both(4000)
    await store.append(records)
    {
      using _full = fill(root.path)
      const outcome = await store.erase('default', ADA).catch((error: unknown) => error)
      expect(outcome).toMatchObject({ name: 'StorageError', isRetriable: true })
      for (const record of records.slice(0, 40).filter(({ actorId }) => actorId === 'bob')) {
        expect(await store.get('default', record.eventId)).toEqual(record)
      }
    }
    await store.erase('default', ADA)
    expect((await store.query('default', { actorId: 'ada' }, { limit: 9 })).items).toEqual([])
    const outcomes = await store.append(records)
    expect(outcomes.filter(({ kind }) => kind === 'duplicate')).toHaveLength(2000)
    expect(outcomes.filter(({ kind }) => kind === 'stored')).toHaveLength(2000)
  }, 60_000)
})
