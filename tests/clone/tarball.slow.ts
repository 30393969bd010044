import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Program, repository, run, start } from '../support/program'

// Somebody without a clone starts from the tarball of `npm pack`, in a folder that was empty.
const INSTALL_MS = 180_000
const REMOVE_MS = 60_000 // thousands of files, on a disk that others use as well
const MOST_BYTES = 2_500_000 // 2.2 MB today, of which the document of the API is a good part; data would show

let folder: string
let home: string
let tarball: string
let server: Program | undefined
const inHome = (command: string[], env: Record<string, string> = {}) =>
  run(command, { cwd: home, env })
const node = (code: string) => inHome(['node', '--input-type=module', '--eval', code])

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonius-tarball-'))
  home = join(folder, 'somewhere')
  await mkdir(home)
})

afterAll(async () => {
  await server?.stop('SIGTERM')
  await rm(folder, { recursive: true, force: true })
}, REMOVE_MS)

describe('the tarball of `npm pack`', () => {
  it('has what the product runs on, and neither tests nor tools nor data', async () => {
    const pack = ['npm', 'pack', '--json', '--pack-destination', folder]
    const { stdout } = await run(pack, { cwd: repository })
    const [{ filename, size, files }] = JSON.parse(stdout)
    tarball = join(folder, filename)
    expect(size).toBeLessThan(MOST_BYTES)
    const paths: string[] = files.map(({ path }: { path: string }) => path)
    for (const path of ['src/launch.mjs', 'src/heap-size.mjs', 'src/cli.ts', 'src/server.ts']) {
      expect(paths).toContain(path)
    }
    for (const path of ['openapi/openapi.json', 'docs/running.md', 'README.md', 'LICENSE']) {
      expect(paths).toContain(path)
    }
    const isProduct = /^(src|docs)\/|^openapi\/openapi\.json$|^(README|CHANGELOG)\.md$|^LICENSE$/
    const others = paths.filter((path) => path !== 'package.json' && !isProduct.test(path))
    expect(others).toEqual([])
    expect(paths.filter((path) => /\.test\.ts$|\.(db|parquet|tgz)$/.test(path))).toEqual([])
  }, 30_000)

  it(
    'is installed without the tools of whoever works on it',
    async () => {
      const install = ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball]
      const { exitCode, stderr } = await inHome(install)
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
      expect(existsSync(join(home, 'node_modules/hono'))).toBe(true)
      for (const tool of ['typescript', '@biomejs', 'sst', '@aws-sdk', '@nonius']) {
        expect({ tool, isThere: existsSync(join(home, 'node_modules', tool)) }).toEqual({
          tool,
          isThere: false,
        })
      }
    },
    INSTALL_MS,
  )

  it('starts by `npx nonius serve`, takes the event that it prints, and installs nothing more', async () => {
    const env = { NONIUS_PORT: '0', NONIUS_HOST: '127.0.0.1' }
    server = start(['npx', 'nonius', 'serve'], { cwd: home, env })
    const banner = await server.says(/curl [\s\S]+'\n/)
    const curl = /curl [\s\S]+'\n/.exec(banner)![0]
    const sent = await run(['bash', '-c', curl])
    expect(JSON.parse(sent.stdout)).toMatchObject({ eventCount: 1, duplicates: 0 })

    const [, url] = /running at (\S+)/.exec(banner)!
    const [, key] = /demo key +(\S+)/.exec(banner)!
    const headers = { authorization: `Bearer ${key}` }
    const page = await (await fetch(`${url}/analytics/events`, { headers })).json()
    expect(page).toMatchObject({ events: [{ type: expect.any(String) }] })
    expect(page).not.toHaveProperty('nextCursor')
    expect((await fetch(`${url}/openapi.json`)).status).toBe(200)

    const { stderr } = await server.interrupt()
    server = undefined
    expect(stderr).not.toContain('Installing')
    expect(existsSync(join(home, 'data'))).toBe(true) // where it was started, not where it is installed
  }, 60_000)

  it('answers SQL over what it archived', async () => {
    const sql = `SELECT count(*) AS events FROM events WHERE kind = 'event'`
    const { stdout } = await inHome(['npx', 'nonius', 'query', '--format', 'csv', sql])
    expect(stdout).toBe('events\n1\n')
  }, 30_000)

  it('gives programs its OpenAPI document, and none of its modules', async () => {
    const document = `const { default: api } = await import('nonius/openapi.json', { with: { type: 'json' } })
      console.log(api.openapi)`
    expect((await node(document)).stdout).toBe('3.1.0\n')
    for (const inside of ['nonius', 'nonius/src/server.ts', 'nonius/src/http/app.ts']) {
      const { stderr, exitCode } = await node(`await import('${inside}')`)
      expect({ inside, exitCode }).toEqual({ inside, exitCode: 1 })
      expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED')
    }
  })
})
