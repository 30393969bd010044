import { afterEach, beforeEach, describe, expect, it } from 'bun:test'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TemporaryFolder, temporaryFolder } from '../support/folders'
import { repository, run } from '../support/program'

// The launcher in a folder of its own, where npm is a script that only writes down its arguments.
let folder: TemporaryFolder

interface Locked {
  version?: string
  dev?: true
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional: true }>
  link?: true
  resolved?: string
}

// The server needs bun and `b`, which brings `c` of its own; the package needs `d`, the tools `t`.
const lockfile: Record<string, Locked> = {
  '': { dependencies: { bun: '1.0.0', b: '1.0.0' } },
  'node_modules/bun': { version: '1.0.0' },
  'node_modules/b': {
    version: '1.0.0',
    dependencies: { c: '^2.0.0' },
    peerDependencies: { d: '*', e: '*' },
    peerDependenciesMeta: { d: { optional: true } },
  },
  'node_modules/b/node_modules/c': { version: '2.0.0' },
  'node_modules/c': { version: '1.0.0' },
  'node_modules/d': { version: '1.0.0' },
  'node_modules/e': { version: '1.0.0' },
  'node_modules/t': { version: '1.0.0', dev: true },
  'node_modules/@nonius/client': { resolved: 'packages/client', link: true },
  'packages/client': { version: '1.0.0', dependencies: { c: '^1.0.0', d: '1.0.0' } },
}
const ofTheServer = [
  'node_modules/bun',
  'node_modules/b',
  'node_modules/b/node_modules/c',
  'node_modules/e',
]

const write = (path: string, value: unknown) =>
  writeFileSync(join(folder.path, path), typeof value === 'string' ? value : JSON.stringify(value))

function hold(places: string[]) {
  const packages = Object.fromEntries(places.map((place) => [place, lockfile[place]]))
  write('node_modules/.package-lock.json', { packages })
}

/** Starts it, and says what npm was asked for, if it was. */
async function launch(...args: string[]) {
  const npm = join(folder.path, 'npm-cli.cjs')
  const env = { npm_execpath: npm }
  const { stdout } = await run(['node', 'src/launch.mjs', ...args], { cwd: folder.path, env })
  const asked = join(folder.path, 'asked')
  return { stdout, asked: existsSync(asked) ? readFileSync(asked, 'utf8') : undefined }
}

beforeEach(() => {
  folder = temporaryFolder()
  mkdirSync(join(folder.path, 'src'))
  mkdirSync(join(folder.path, 'node_modules/bun/bin'), { recursive: true })
  for (const file of ['launch.mjs', 'heap-size.mjs']) {
    cpSync(join(repository, 'src', file), join(folder.path, 'src', file))
  }
  write('src/cli.ts', `console.log('started')`)
  write('node_modules/bun/package.json', { name: 'bun', version: '1.0.0' })
  symlinkSync(process.execPath, join(folder.path, 'node_modules/bun/bin/bun.exe'))
  write('npm-cli.cjs', `require('node:fs').writeFileSync('asked', process.argv.slice(2).join(' '))`)
  write('package-lock.json', { packages: lockfile })
})

afterEach(() => folder[Symbol.dispose]())

describe('what the launcher installs', () => {
  it('is nothing when the server has what it needs, whatever packages/ need', async () => {
    hold(ofTheServer)
    expect(await launch('serve')).toEqual({ stdout: 'started\n', asked: undefined })
  })

  for (const place of ofTheServer) {
    it(`is the server alone, without packages/ and tools, when ${place} is missing`, async () => {
      hold(ofTheServer.filter((held) => held !== place))
      const { stdout, asked } = await launch('serve')
      expect(stdout).toBe('started\n')
      expect(asked).toStartWith('ci ')
      expect(asked).toEndWith(' --omit=dev --workspaces=false')
    })
  }

  it('is everything for whoever has the tools already, so that none is taken away', async () => {
    hold(['node_modules/bun', 'node_modules/t'])
    const { asked } = await launch('serve')
    expect(asked).toStartWith('ci ')
    expect(asked).not.toContain('--omit')
    expect(asked).not.toContain('--workspaces')
  })

  it('is everything for tests, packages/ included', async () => {
    hold([...ofTheServer, 'node_modules/t'])
    const { asked } = await launch('--test')
    expect(asked).toStartWith('ci ')
    expect(asked).not.toContain('--workspaces')
  })

  it('is nothing without a lockfile, as in a tarball: npm has seen to everything', async () => {
    await Bun.file(join(folder.path, 'package-lock.json')).delete()
    expect(await launch('serve')).toEqual({ stdout: 'started\n', asked: undefined })
  })
})
