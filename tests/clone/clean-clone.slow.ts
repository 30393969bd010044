import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Program, repository, run, start } from '../support/program'
import { files } from '../support/repository'

// What a newcomer sees, told in order: clone, `npm start`, paste the curl, stop, start again.
// Not one of `npm test`: it installs from the registry, twice. `npm run test:product` runs it.
const INSTALL_MS = 180_000
const REMOVE_MS = 60_000 // thousands of files, on a disk that others use as well; to make them, too
const MOST_MEGABYTES = 300 // Bun and DuckDB are most of them; the README says about 200

let folder: string
let clone: string
let server: Program
let demoKey: string
const port = String(20_000 + Math.floor(Math.random() * 10_000))
const home = `http://localhost:${port}`

const inClone = (command: string[]) => run(command, { cwd: clone })

function npmStart(): Program {
  return start(['npm', 'start'], { cwd: clone, env: { NONIUS_PORT: port } })
}

/** In CI what is committed, so that a forgotten file is missed; else what would be. */
async function makeClone() {
  if (process.env.CI) {
    const cloned = await run(['git', 'clone', '--quiet', repository, clone])
    if (cloned.exitCode !== 0) throw new Error(cloned.stderr)
    return
  }
  for (const path of files()) {
    await cp(join(repository, path), join(clone, path), { recursive: dirname(path) !== '.' })
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonius-clone-'))
  clone = join(folder, 'nonius')
  await makeClone()
}, REMOVE_MS)

afterAll(async () => {
  await server?.stop('SIGTERM')
  await rm(folder, { recursive: true, force: true })
}, REMOVE_MS)

describe('a clean clone', () => {
  let banner: string

  it(
    'is up within a minute of `npm start`, with the keys, the addresses and a command to paste',
    async () => {
      const begun = performance.now()
      server = npmStart()
      banner = await server.says(/curl [\s\S]+'\n/)
      expect(performance.now() - begun).toBeLessThan(60_000)
      demoKey = /demo key +(\S+)/.exec(banner)![1]!
      expect(banner).toMatch(/admin key +nk_\S+/)
      expect(banner).toContain(`${home}/docs`)
      expect(banner).toContain(`${home}/openapi.json`)
    },
    INSTALL_MS,
  )

  it('has installed the server alone: no tools, nothing of packages/', async () => {
    const isThere = (name: string) => existsSync(join(clone, 'node_modules', name))
    expect(['bun', 'hono'].filter(isThere)).toEqual(['bun', 'hono'])
    expect(['typescript', 'sst', '@aws-sdk', '@nonius'].filter(isThere)).toEqual([])
    const { stdout } = await inClone(['du', '-sm', 'node_modules'])
    expect(Number.parseInt(stdout, 10)).toBeLessThan(MOST_MEGABYTES)
  })

  it('takes the printed command: one event stored, and a duplicate when it is pasted again', async () => {
    const curl = /curl [\s\S]+'\n/.exec(banner)![0]
    const first = await run(['bash', '-c', curl])
    expect(JSON.parse(first.stdout)).toMatchObject({
      eventCount: 1,
      duplicates: 0,
      quarantined: [],
    })
    const again = await run(['bash', '-c', curl])
    expect(JSON.parse(again.stdout)).toMatchObject({ eventCount: 1, duplicates: 1 })
  })

  it('serves its documentation', async () => {
    expect(await (await fetch(`${home}/health`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${home}/openapi.json`)).json()).toHaveProperty('openapi', '3.1.0')
    expect((await fetch(`${home}/docs`)).status).toBe(200)
  })

  it(
    'has its command line at `npx nonius`, with no question asked',
    async () => {
      const { stdout, exitCode } = await inClone(['npx', 'nonius', 'keys', 'list'])
      expect(stdout).toMatch(/demo[\s\S]+events:write/)
      expect(stdout).not.toContain(demoKey)
      expect(exitCode).toBe(0)
    },
    INSTALL_MS,
  )

  it('archives what it holds when it is asked to stop', async () => {
    await server.interrupt()
    const sql = `SELECT count(*) AS events FROM events WHERE kind = 'event'`
    const { stdout } = await inClone(['npx', 'nonius', 'query', '--format', 'csv', sql])
    expect(stdout).toBe('events\n1\n')
  }, 30_000)

  it('keeps its keys on the second start, and does not show them again', async () => {
    const begun = performance.now()
    server = npmStart()
    banner = await server.says(/curl [\s\S]+'\n/)
    expect(performance.now() - begun).toBeLessThan(10_000) // nothing to install
    expect(banner).not.toContain(demoKey)
    expect(banner).not.toContain('admin key')
    const curl = /curl [\s\S]+'\n/.exec(banner)![0]
    const { stdout } = await run(['bash', '-c', curl], { env: { NONIUS_KEY: demoKey } })
    expect(JSON.parse(stdout)).toMatchObject({ eventCount: 1, duplicates: 0 })
    await server.stop('SIGTERM')
  }, 30_000)

  it(
    'runs tests by `npm test`, bringing the tools that `npm start` left out',
    async () => {
      const { stderr, exitCode } = await inClone(['npm', 'test', '--', 'tests/house'])
      expect(stderr).toContain('Installing what is missing (npm ci)')
      expect(stderr).toMatch(/\n 0 fail\n/)
      expect(exitCode).toBe(0)
    },
    INSTALL_MS,
  )
})
