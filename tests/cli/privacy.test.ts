import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { searchFolder } from '../../src/platform/local/search-folder'
import { temporaryFolder } from '../support/folders'
import { unzipped } from '../support/privacy/access-app'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const data = join(folder.path, 'data')
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(data)
})
afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

function privacy(...args: string[]) {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
  return nonius(['privacy', ...args], { env })
}

async function send(...people: string[]) {
  const events = people.map((user_id) => ({ event_type: 'lesson_opened', user_id }))
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(events) }
  expect((await fetch(`${server.url}/api/v1/events`, init)).status).toBe(200)
}

describe('nonius privacy access', () => {
  it('saves what is kept about a person, in a file of their own', async () => {
    await send('gwen-1', 'gwen-12', 'gwen-1')
    const output = join(folder.path, 'gwen.zip')
    const saved = await privacy('access', 'gwen-1', '--output', output)
    expect(saved.exitCode).toBe(0)
    expect(saved.stdout).toContain('2 events')
    const files = await unzipped(await Bun.file(output).bytes())
    expect(files['index.html']).toContain('gwen-1')
    expect(files['events.jsonl']).not.toContain('gwen-12')
    expect((await stat(output)).mode & 0o077).toBe(0)
    const id = /acc_[0-9a-f-]+/.exec(saved.stdout)![0]
    expect((await privacy('access')).stdout).toContain(`${id}  `)
    expect(JSON.parse((await privacy('access', id, '--json')).stdout)).toMatchObject({ id })
    const unknown = await privacy('access', 'acc_none')
    expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no access') })
  }, 60_000) // five programs, and DuckDB twice
})

describe('nonius privacy', () => {
  it('counts, erases, certifies and verifies', async () => {
    await send('erin-77', 'erin-778', 'frank-5')
    const dry = await privacy('erase', 'erin-77', '--reason', 'r', '--dry-run', '--wait', '--json')
    expect(JSON.parse(dry.stdout)).toMatchObject({ status: 'done', dryRun: true })
    expect((await searchFolder(data, ['frank-5'])).files).toBeGreaterThan(5)

    const file = join(folder.path, 'ids.txt')
    await writeFile(file, 'erin-77\r\nnobody\n')
    const refused = await privacy('erase', '--file', file, '--reason', 'asked for')
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--yes') })
    const erased = await privacy(
      'erase',
      '--file',
      file,
      '--reason',
      'asked for',
      '--yes',
      '--wait',
    )
    expect(erased.exitCode).toBe(0)
    expect(erased.stdout).toMatch(/events +\d+ +1 +1/)
    const id = /ers_[0-9a-f]+/.exec(erased.stdout)![0]

    const shown = await privacy('erasures', id, '--certificate')
    expect(JSON.parse(shown.stdout)).toMatchObject({ certificate: { reason: 'asked for' } })
    expect((await privacy('erasures')).stdout).toContain(id)
    expect(JSON.parse((await privacy('key')).stdout)).toMatchObject({ crv: 'Ed25519' })

    const clean = await privacy('verify', id, 'erin-77', '--data-dir', data)
    expect(clean.stdout).toContain('Nothing was found.')
    expect(clean.stdout).toContain('No byte of theirs was found.')
    expect(clean.exitCode).toBe(0)
    // They come again, as nobody looks out for them any more.
    expect((await privacy('lift', 'erin-77')).stdout).toContain('1 tombstones were lifted')
    await send('erin-77')
    const found = await privacy('verify', id, 'erin-77')
    expect(found).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('SOMETHING WAS FOUND'),
    })
    const wrong = await privacy('verify', id, 'frank-5')
    expect(wrong).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('not of all these'),
    })
    expect(await privacy('cancel', id)).toMatchObject({ exitCode: 1 })
  }, 60_000)
})

describe('a search of every byte', () => {
  it('takes an id for itself alone, also across pieces', async () => {
    using own = temporaryFolder()
    const piece = 4 * 1024 * 1024
    const at = (text: string, offset: number) =>
      Buffer.concat([Buffer.alloc(offset), Buffer.from(text), Buffer.alloc(9)])
    await writeFile(join(own.path, 'a'), at('"erin-77"', piece - 4))
    await writeFile(join(own.path, 'b'), at('"erin-778" xerin-77 erin-77x', piece - 9))
    await writeFile(join(own.path, 'c'), 'erin-77')
    const { found } = await searchFolder(own.path, ['erin-77'])
    expect(found).toEqual([
      { file: 'a', count: 1 },
      { file: 'c', count: 1 },
    ])
  })
})
