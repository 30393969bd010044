import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(join(folder.path, 'data'))
  const events = ['gwen', 'gwen', 'hal'].map((user_id) => ({ event_type: 'opened', user_id }))
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(events) }
  expect((await fetch(`${server.url}/api/v1/events`, init)).status).toBe(200)
})
afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

function run(...args: string[]) {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
  return nonius(['export', ...args], { env })
}

describe('nonius export', () => {
  it('saves events, for their owner alone, and goes on with what was fetched in part', async () => {
    const output = join(folder.path, 'gwen.csv')
    const fields = ['--field', 'actorId', '--field', 'type']
    const saved = await run('--format', 'csv', '--person', 'gwen', ...fields, '-o', output)
    expect(saved.exitCode).toBe(0)
    expect(saved.stderr).toContain('2 events')
    // Reading it as text takes the byte order mark away.
    expect(await Bun.file(output).text()).toBe('actorId,type\r\ngwen,opened\r\ngwen,opened\r\n')
    expect((await stat(output)).mode & 0o077).toBe(0)

    const id = /exp_[0-9a-f-]+/.exec(saved.stderr)![0]
    const packed = join(folder.path, 'again.csv.gz')
    const whole = join(folder.path, 'whole.csv.gz')
    expect((await run(id, '-o', whole)).exitCode).toBe(0)
    const bytes = await Bun.file(whole).bytes()
    await writeFile(`${packed}.${id}.part`, bytes.subarray(0, 20))
    expect((await run(id, '-o', packed)).exitCode).toBe(0)
    expect(await Bun.file(packed).bytes()).toEqual(bytes)
    expect((await readdir(folder.path)).filter((name) => /part|new/.test(name))).toEqual([])

    expect((await run('--list')).stdout).toContain(`${id}  `)
    expect(JSON.parse((await run(id, '--json')).stdout)).toMatchObject({ id, rows: 2 })
    expect((await run(id, '--cancel')).exitCode).toBe(0)
    expect(await run(id)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no export of yours'),
    })
  }, 60_000) // seven programs, and DuckDB twice

  it('says what is wrong', async () => {
    const wrong: [args: string[], says: string][] = [
      [['--zone', 'Mars/Olympus'], 'IANA'],
      [['--field', 'actor'], 'fields'],
      [['--filter', '{'], 'JSON'],
      [['--format', 'xlsx'], 'Allowed choices are jsonl, csv, parquet'],
      [['--cancel'], 'Say which'],
      [['--from', '2026-11-02', '--to', '2026-11-01'], 'before'],
    ]
    for (const [args, says] of wrong) {
      const { exitCode, stderr } = await run(...args)
      expect([args, exitCode, stderr]).toEqual([args, 1, expect.stringContaining(says)])
    }
  }, 60_000)
})
