import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { SQL } from 'bun'
import { LOCK } from '../../src/platform/local/load/postgres-target'
import { type LoadBench, loadFrom, loadTargetContract } from '../contracts/load-target.contract'
import { openLoadLake } from '../support/load-bench'
import { askPostgres, PASSWORD, startPostgres, type TestPostgres } from '../support/postgres'
import { aBatch, aRecord } from '../support/records'

const PATIENCE_MS = 60_000

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, PATIENCE_MS)
afterAll(() => postgres[Symbol.asyncDispose]())

async function create(): Promise<LoadBench> {
  const [lake, url] = [await openLoadLake(), await postgres.database()]
  const place = { kind: 'postgres', url, schema: 'nonius' } as const
  return { ...lake, place, rows: (sql) => askPostgres(url, sql) }
}

loadTargetContract('PostgreSQL', create)

describe('a load into PostgreSQL', () => {
  it(
    'holds nothing of a load during which the server crashed',
    async () => {
      await using at = await create()
      await at.archive.write(aBatch('a', [aRecord(), aRecord()]))
      const step = (name: string) => {
        if (name === 'inserted') postgres.kill()
      }
      await expect(loadFrom(at, { step })).rejects.toThrow()
      await postgres.start()
      expect(await at.rows('SELECT count(*)::int FROM nonius.events')).toEqual([[0]])
      expect(await loadFrom(at)).toMatchObject({ inserted: 2 })
    },
    PATIENCE_MS,
  )

  it('refuses a second load of a tenant at the same time, and none of another', async () => {
    await using at = await create()
    await at.archive.write(aBatch('a', [aRecord(), aRecord({ tenantId: 'other' })]))
    await using first = new SQL((at.place as { url: string }).url, { max: 1 })
    await first.unsafe(`SELECT pg_advisory_lock(${LOCK}, hashtext('nonius/default'))`)
    await expect(loadFrom(at)).rejects.toThrow('another load of default is at work there')
    expect(await loadFrom(at, { tenantId: 'other' })).toMatchObject({ inserted: 1 })
  })

  it('takes the password of PGPASSWORD, where the address has none', async () => {
    await using at = await create()
    await at.archive.write(aBatch('a', [aRecord()]))
    const { url } = at.place as { url: string }
    const place = { ...at.place, url: url.replace(/:[^:@/]+@/, '@') } as typeof at.place
    await expect(loadFrom({ ...at, place })).rejects.toThrow(/PostgreSQL says/)
    process.env.PGPASSWORD = decodeURIComponent(PASSWORD)
    try {
      expect(await loadFrom({ ...at, place })).toMatchObject({ inserted: 1 })
    } finally {
      delete process.env.PGPASSWORD
    }
  })

  it('needs no more than a schema that an administrator made for it', async () => {
    await using at = await create()
    await at.archive.write(aBatch('a', [aRecord()]))
    await at.rows(`CREATE ROLE loader LOGIN PASSWORD 'word'`)
    await at.rows('CREATE SCHEMA learning AUTHORIZATION loader')
    const { url } = at.place as { url: string }
    const place = {
      ...at.place,
      url: url.replace(/\/\/[^@]+@/, '//loader:word@'),
      schema: 'learning',
    }
    expect(await loadFrom({ ...at, place })).toMatchObject({ inserted: 1 })
    await at.archive.write(aBatch('b', [aRecord()]))
    expect(await loadFrom({ ...at, place })).toMatchObject({ inserted: 1 })
  })

  it('says what the server says where it cannot be reached, or there is no such database', async () => {
    await using at = await create()
    const { url } = at.place as { url: string }
    const nowhere = { kind: 'postgres', url: `${url}_of_nobody`, schema: 'nonius' } as const
    await expect(loadFrom({ ...at, place: nowhere })).rejects.toThrow(/does not exist/)
    const closed = 'postgres://nonius@127.0.0.1:1/x'
    const refused = { kind: 'postgres', url: closed, schema: 'nonius' } as const
    await expect(loadFrom({ ...at, place: refused })).rejects.toThrow(/PostgreSQL says/)
  })
})
