import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { nonius, repository, start } from '../support/program'
import { startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const dataDir = join(folder.path, 'data')
const name = 'A "quoted", named thing\nof two lines'

beforeAll(async () => {
  await using server = await startServerProcess(dataDir)
  const env = { NONIUS_URL: server.url, NONIUS_KEY: server.key }
  const object = { id: 'https://example.edu/1', type: 'Page', name }
  const events = [anEvent({ object }), anEvent(), anEvent()]
  expect((await nonius(['send', '-'], { env, stdin: JSON.stringify(events) })).exitCode).toBe(0)
  expect(await server.stop()).toBe(0)
})

afterAll(() => folder[Symbol.dispose]())

const query = (sql: string, ...args: string[]) =>
  nonius(['query', sql, '--data-dir', dataDir, ...args])

const counting = 'SELECT kind, count(*)::INTEGER AS n, NULL AS nothing FROM events GROUP BY ALL'
const naming = `SELECT object_name AS name FROM events WHERE object_id = 'https://example.edu/1'`

const formats = {
  table: 'kind   n  nothing\n─────  ─  ───────\nevent  3\n(1 row)\n',
  json: '[\n  {\n    "kind": "event",\n    "n": 3,\n    "nothing": null\n  }\n]\n',
  ndjson: '{"kind":"event","n":3,"nothing":null}\n',
  csv: 'kind,n,nothing\nevent,3,\n',
}

describe('nonius query', () => {
  for (const [format, expected] of Object.entries(formats)) {
    it(`prints ${format}`, async () => {
      const { stdout, exitCode } = await query(counting, '--format', format)
      expect(stdout).toBe(expected)
      expect(exitCode).toBe(0)
    })
  }

  it('prints a table when no format is asked for', async () => {
    expect((await query(counting)).stdout).toBe(formats.table)
  })

  it('quotes what CSV has to quote', async () => {
    const { stdout } = await query(naming, '-f', 'csv')
    expect(stdout).toBe('name\n"A ""quoted"", named thing\nof two lines"\n')
  })

  it('reaches into what was sent', async () => {
    const sql = `SELECT raw->>'$.object.name' AS name FROM events WHERE object_name IS NOT NULL ORDER BY object_id = 'https://example.edu/1' DESC LIMIT 1`
    expect(JSON.parse((await query(sql, '-f', 'ndjson')).stdout)).toEqual({ name })
  })

  it('lists the columns', async () => {
    const { stdout } = await query('DESCRIBE events', '-f', 'csv')
    expect(stdout).toMatch(/^event_time,TIMESTAMP/m)
  })

  it('says what is wrong with the SQL, in the words of the engine', async () => {
    const { stderr, exitCode } = await query('SELECT nothing_like_it FROM events')
    expect(stderr).toContain('nothing_like_it')
    expect(stderr).not.toContain('    at ')
    expect(exitCode).toBe(1)
  })

  it('works before anything was archived, and says so', async () => {
    using fresh = temporaryFolder()
    await using server = await startServerProcess(fresh.path)
    const args = ['query', 'SELECT count(*)::INTEGER AS n FROM events', '-f', 'csv']
    const { stdout, stderr, exitCode } = await nonius([...args, '--data-dir', fresh.path])
    expect(stdout).toBe('n\n0\n')
    expect(stderr).toStartWith('Nothing has been archived yet')
    expect(exitCode).toBe(0)

    const env = { NONIUS_URL: server.url, NONIUS_KEY: server.key }
    await nonius(['send', '-'], { env, stdin: JSON.stringify([anEvent(), anEvent()]) })
    const asked = await nonius([...args, '--data-dir', fresh.path, '--fresh'])
    expect(asked).toMatchObject({ stdout: 'n\n2\n', stderr: '', exitCode: 0 })
    await server.stop()
  })

  it('cancels at Ctrl-C, and says so in its exit code', async () => {
    const sql = 'SELECT sum(a.range + b.range) FROM range(100000000) a, range(100000000) b'
    const cli = join(repository, 'src/cli.ts')
    using temporary = temporaryFolder()
    const command = [process.execPath, cli, 'query', sql, '--data-dir', dataDir]
    const running = start(command, { env: { TMPDIR: temporary.path } })
    // It makes its folder for what memory does not hold, and goes to work.
    while (readdirSync(temporary.path).length === 0) await Bun.sleep(10)
    await Bun.sleep(200)
    const { exitCode, stdout, stderr } = await running.interrupt()
    expect(stderr).toBe('The query was cancelled.\n')
    expect(stdout).toBe('')
    expect(exitCode).toBe(130)
    expect(readdirSync(temporary.path)).toEqual([])
  })

  it('does not take a wrong folder for an empty lake', async () => {
    const { stderr, exitCode } = await nonius(['query', 'SELECT 1', '-d', folder.path])
    expect(stderr).toStartWith('No Nonius server has run on the data folder')
    expect(exitCode).toBe(1)
  })
})
