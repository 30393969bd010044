import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const dataDir = join(folder.path, 'data')
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(dataDir)
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

const run = (...args: string[]) => nonius([...args, '--data-dir', dataDir])

async function ask(path: string, init: RequestInit = {}) {
  const headers = {
    authorization: 'Bearer nk_test_key_of_the_admin',
    'content-type': 'application/json',
  }
  return (await fetch(server.url + path, { ...init, headers })).json()
}

describe('nonius audit, beside a running server', () => {
  it('lists what commands and requests did in one chain, and brings it into the lake', async () => {
    await Promise.all([
      run('keys', 'create', '--name', 'one', '--source', 'demo'),
      run('tenants', 'set', '--xapi', 'ingest'),
      ask('/tenants/default', { method: 'PATCH', body: '{"webhookHosts":["a.example.edu"]}' }),
    ])
    await ask('/sources', { method: 'POST', body: '{"id":"canvas","name":"Canvas"}' })
    const listed = await run('audit', 'list', '--json')
    const entries = listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(entries.map(({ sequence }) => sequence)).toEqual([4, 3, 2, 1])
    const operators = entries.filter(({ by }) => by === 'operator').map(({ action }) => action)
    expect(operators.toSorted()).toEqual(['key.created', 'tenant.changed'])
    expect(await ask('/audit?limit=10')).toEqual({ entries })
    expect((await run('audit', 'verify', '--trail')).stdout).toContain(
      '4 entries are whole, up to 4.',
    )
    const sql = `SELECT event_id FROM audit`
    const rows = await run('query', sql, '--fresh', '--format', 'ndjson')
    const ids = rows.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event_id)
    expect(ids.toSorted()).toEqual(entries.map(({ id }) => id).toSorted())
    const count = await run('query', 'SELECT count(*) AS n FROM events', '--format', 'ndjson')
    expect(JSON.parse(count.stdout)).toEqual({ n: 0 })
  })

  it('narrows what it lists, and refuses what is no time', async () => {
    const found = await run('audit', 'list', '--action', 'key.*', '--by', 'operator')
    expect(found.stdout).toContain('key.created')
    expect(found.stdout).not.toContain('tenant.changed')
    expect(await run('audit', 'list', '--from', 'tomorrow')).toMatchObject({ exitCode: 1 })
    expect(await run('audit', 'list', '--tenant', 'nobody')).toMatchObject({ exitCode: 1 })
  })

  it('names an entry that somebody changed in the database', async () => {
    using db = new Database(join(dataDir, 'nonius.db'))
    db.run(
      `UPDATE documentBytes SET bytes = CAST(replace(CAST(bytes AS TEXT), 'operator', 'somebody') AS BLOB)
       WHERE id = (SELECT id FROM documents WHERE key LIKE 'audit %' AND id IN
         (SELECT id FROM documentBytes WHERE CAST(bytes AS TEXT) LIKE '%operator%') ORDER BY key LIMIT 1)`,
    )
    const verified = await run('audit', 'verify', '--json')
    expect(verified.exitCode).toBe(1)
    const { fault, log } = JSON.parse(verified.stdout)
    // Its copies in hot store and lake are as they were: those are events.
    expect(log).toMatchObject({ faults: [], events: { lake: 4, 'hot store': 4 } })
    expect(fault).toMatchObject({ kind: 'altered' })
    expect(await ask('/audit/verify')).toMatchObject({ isWhole: false, fault })
  })
})
