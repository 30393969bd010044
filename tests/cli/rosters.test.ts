import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { aRoster, type RosterFiles, rosterZip } from '../support/rosters'
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

function rosters(...args: string[]) {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
  return nonius(['rosters', ...args], { env })
}

async function zipOf(name: string, files: RosterFiles): Promise<string> {
  const path = join(folder.path, name)
  await writeFile(path, rosterZip(files))
  return path
}

describe('nonius rosters', () => {
  it('loads a ZIP, first dry, shows it, and removes it', async () => {
    const file = await zipOf('good.zip', aRoster())
    const dry = await rosters('load', file, '--dry-run')
    expect(dry).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('A dry run') })
    expect(dry.stdout).toContain('t1 gains math')
    expect((await rosters('show')).stdout).toBe('Nothing is loaded.\n')
    expect((await rosters('load', file, '--json')).exitCode).toBe(0)
    const shown = await rosters('show', '--actor', 't1', '--group', 'math')
    expect(shown.stdout).toMatch(/OneRoster 1\.1: 6 people, 3 classes/)
    expect(shown.stdout).toMatch(/^old +teaches +2019-08-01 to 2020-06-30$/m)
    expect(shown.stdout).toMatch(/^s2 +student/m)
    expect((await rosters('remove')).exitCode).toBe(0)
    expect((await rosters('show')).stdout).toBe('Nothing is loaded.\n')
    // A program takes a second to start on a busy machine.
  }, 30_000)

  it('says what is wrong with one, by file and line', async () => {
    const files = aRoster()
    const file = await zipOf('bad.zip', {
      ...files,
      'enrollments.csv': `${files['enrollments.csv']}e9,,,math,north,nobody,student,,,\r\n`,
    })
    const { exitCode, stderr } = await rosters('load', file)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('There is no user "nobody"')
    expect(stderr).toContain('enrollments.csv')
    const missing = await rosters('load', join(folder.path, 'none.zip'))
    expect(missing.exitCode).toBe(1)
  }, 30_000)
})
