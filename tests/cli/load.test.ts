import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { anEnvelope } from '../support/envelopes'
import { aViewEvent } from '../support/events'
import { temporaryFolder } from '../support/folders'
import { askDuckdb } from '../support/load-bench'
import { nonius, start } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const PATIENCE_MS = 60_000
const root = temporaryFolder()
const dataDir = join(root.path, 'data')
const file = join(root.path, 'warehouse.duckdb')
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(dataDir)
}, PATIENCE_MS)
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  root[Symbol.dispose]()
})

async function send(count: number) {
  const events = Array.from({ length: count }, () => aViewEvent())
  const reply = await fetch(`${server.url}/caliper/v1p2/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(anEnvelope(events)),
  })
  expect(reply.status).toBe(200)
}

async function loads() {
  const headers = { authorization: `Bearer ${server.key}` }
  const reply = await fetch(`${server.url}/analytics/loads`, { headers })
  return ((await reply.json()) as { loads: Record<string, unknown>[] }).loads
}

const load = (...more: string[]) => nonius(['load', ...more, '--data-dir', dataDir])

describe('nonius load duckdb, beside a server', () => {
  it(
    'brings what has arrived by now, says so, and reports it',
    async () => {
      await send(2)
      const begun = new Date().toISOString()
      const first = await load('duckdb', file)
      expect(first).toMatchObject({ exitCode: 0, stderr: '' })
      expect(first.stdout).toMatch(
        /^Made table nonius\.events\.\n2 events in, 0 changed, 0 out, from 1 files: .* has what arrived before 2/,
      )
      await send(1)
      const { stdout } = await load('duckdb', file, '--json')
      expect(JSON.parse(stdout)).toMatchObject({ inserted: 1, removed: 0, made: [] })
      expect(await askDuckdb(file, 'SELECT count(*)::int FROM nonius.events')).toEqual([[3]])
      const [one] = await loads()
      expect(one).toMatchObject({ name: 'duckdb', state: 'done', inserted: 1, isOverdue: false })
      expect(String(one?.completeTo) > begun).toBe(true)
    },
    PATIENCE_MS,
  )

  it(
    'changes nothing in a dry run, and reports none',
    async () => {
      const before = await loads()
      const other = join(root.path, 'other.duckdb')
      const { stdout } = await load('duckdb', other, '--dry-run', '--name', 'other')
      expect(stdout).toMatch(
        /^Would make table nonius\.events\.\nWould read \d+ files, with at most 3/,
      )
      expect(await Bun.file(other).exists()).toBe(false)
      expect(await loads()).toEqual(before)
    },
    PATIENCE_MS,
  )

  it(
    'loads again and again with --watch, until it is stopped',
    async () => {
      const command = ['load', 'duckdb', file, '--watch', '--interval', '5', '-d', dataDir]
      const watching = start([process.execPath, 'src/cli.ts', ...command], {})
      await watching.says(/0 events in/)
      await send(2)
      await watching.says(/2 events in/)
      expect((await loads())[0]).toMatchObject({ state: 'done', inserted: 2, everySeconds: 5 })
      const { exitCode, stderr } = await watching.stop('SIGTERM')
      expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' })
    },
    PATIENCE_MS,
  )

  it(
    'says what is wrong, and reports that it failed',
    async () => {
      const nowhere = join(root.path, 'no/such/folder.duckdb')
      const failed = await load('duckdb', nowhere, '--name', 'nowhere')
      expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(nowhere) })
      const found = (await loads()).find(({ name }) => name === 'nowhere')
      expect(found).toMatchObject({ state: 'failed', reason: expect.stringContaining('cannot') })

      const wrong: [args: string[], says: RegExp][] = [
        [['duckdb', file, '--tenant', 'nobody'], /no tenant nobody/],
        [['duckdb', file, '--schema', 'a"b'], /letters, digits and _/],
        [['duckdb', file, '--name', '../x'], /letters, digits/],
        [['duckdb', file, '--interval', '1'], /5 to 86400/],
        [['postgres', 'mysql://x/y'], /postgres:\/\//],
      ]
      for (const [args, says] of wrong) {
        const { exitCode, stderr } = await load(...args)
        expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(says) })
      }
    },
    PATIENCE_MS,
  )

  it(
    'never shows the password of an address',
    async () => {
      const url = 'postgres://nonius:hidden-word@127.0.0.1:1/warehouse'
      const { exitCode, stdout, stderr } = await load('postgres', url)
      expect(exitCode).toBe(1)
      expect(stderr).toContain('PostgreSQL says')
      expect(JSON.stringify([stdout, stderr, await loads()])).not.toContain('hidden-word')
    },
    PATIENCE_MS,
  )
})
