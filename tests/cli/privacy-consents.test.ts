import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(join(folder.path, 'data'))
})
afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

function privacy(...args: string[]) {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
  return nonius(['privacy', ...args], { env })
}

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder.path, name)
  await writeFile(path, text)
  return path
}

describe('nonius privacy consents and under13', () => {
  it('sets, shows and imports decisions, and names rows that are wrong', async () => {
    const set = await privacy(
      'consents',
      'set',
      'https://u/1',
      'analytics=granted',
      '--evidence',
      'form',
    )
    expect(set).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('granted') })
    const csv = await fileOf(
      'c.csv',
      'actor,category,decision\nhttps://u/1,analytics,denied\nu-2,analytics,maybe\n',
    )
    const imported = await privacy('consents', 'import', csv, '--json')
    expect(imported.exitCode).toBe(1)
    expect(JSON.parse(imported.stdout)).toEqual({ taken: 1, changed: 1, stale: 0, refused: 1 })
    expect(imported.stderr).toContain('row 2: categories: analytics:')
    const shown = JSON.parse((await privacy('consents', 'get', 'https://u/1', '--json')).stdout)
    expect(shown.decisions.analytics.said).toBe('denied')
    expect(await privacy('consents', 'get', 'nobody')).toMatchObject({ exitCode: 1 })
    expect(await privacy('consents', 'set', 'u', 'analytics')).toMatchObject({ exitCode: 1 })
    // A program takes a second to start on a busy machine.
  }, 30_000)

  it('lists learners under 13, and takes one off', async () => {
    const lines = await fileOf('l.ndjson', '"u-1"\n{"actor":"u-2","name":"Bo"}\n')
    expect(await privacy('under13', 'list', lines)).toMatchObject({ exitCode: 0 })
    const csv = await fileOf('l.csv', 'name,actor\nBo,u-2\n')
    const replaced = await privacy('under13', 'list', csv, '--replace', '--json')
    expect(JSON.parse(replaced.stdout)).toEqual({ listed: 1, removed: 1, refused: 0 })
    expect((await privacy('under13', 'count')).stdout).toBe('1\n')
    expect((await privacy('under13', 'count', 'u-1')).stdout).toBe('not listed\n')
    expect(await privacy('under13', 'remove', 'u-2')).toMatchObject({ exitCode: 0 })
    expect(await privacy('under13', 'remove', 'u-2')).toMatchObject({ exitCode: 1 })
  }, 30_000)
})
