import { describe, expect, it } from 'bun:test'
import { settings } from '../../src/config/settings'
import { files, read } from '../support/repository'

const tracked = files()
const texts = tracked.filter((path) => !/\.(png|parquet|gz|woff2?)$/.test(path))

// What may stand at the top, so that the first look at the repository stays a table of contents.
const topLevel = new Set([
  ...['.ci', '.gitignore', '.npmrc', 'biome.json', 'bunfig.toml', 'tsconfig.json'],
  ...['.editorconfig', '.github', '.nvmrc'],
  ...['package.json', 'package-lock.json', 'sst.config.ts', 'sst-env.d.ts'],
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'LICENSE', 'NOTICE'],
  ...['bench', 'decisions', 'docs', 'examples', 'functions', 'infra', 'openapi', 'packages'],
  ...['src', 'tests', 'tools'],
])

// Written so that they do not match this file, which is read as well.
const forbidden = [
  { what: 'a path of one machine', pattern: /(^|[\s'"`(=:])\/(work|root|home|Users)\/\w/m },
  {
    what: 'the host of a registry',
    pattern: /\b(registry\.(npmjs|yarnpkg)|pypi\.(org|python)|repo1\.maven)/,
  },
  { what: 'work left for later', pattern: /\b(TOD[O]|FIXM[E]|XX[X])\b/ },
]

describe('the repository is fit to be cloned by a stranger', () => {
  it('has only known entries at the top', () => {
    const entries = new Set(tracked.map((path) => path.split('/')[0]!))
    expect([...entries].filter((entry) => !topLevel.has(entry))).toEqual([])
  })

  for (const { what, pattern } of forbidden) {
    it(`never has ${what} in a file`, () => {
      expect(texts.filter((path) => pattern.test(read(path)))).toEqual([])
    })
  }

  it('gives each decision a number of its own, in its name and its title', () => {
    const decisions = tracked.filter((path) => /^decisions\/\d/.test(path))
    const numbers = decisions.map((path) => Number(path.match(/\d+/)![0]))
    expect(numbers).toEqual(numbers.map((_, at) => at + 1))
    const titled = decisions.map((path) => Number(read(path).match(/^# (\d+)\. /)?.[1]))
    expect(titled).toEqual(numbers)
  })

  it('keeps every file of src under 300 lines', () => {
    const long = texts
      // A vocabulary is data, which people look up by its names.
      .filter((path) => path.startsWith('src/') && !path.endsWith('.yaml'))
      .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
      .filter(({ lines }) => lines >= 300)
    expect(long).toEqual([])
  })

  it('starts without a setting that the table does not know', () => {
    const known = new Set(Object.values(settings).map(({ name }) => name as string))
    // Of the CLI's `send`, which talks to a server and has no config.
    for (const name of ['NONIUS_KEY', 'NONIUS_URL']) known.add(name)
    // Of whoever deploys to AWS, who is told which one to change.
    known.add('NONIUS_INDEX_PROFILE')
    const used = tracked
      .filter((path) => /^src\/.*\.(ts|mjs)$/.test(path))
      .flatMap((path) => read(path).match(/\bNONIUS_[A-Z_]+\b/g) ?? [])
    expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([])
  })
})

describe('what is installed is what was tested', () => {
  const manifest = JSON.parse(read('package.json'))
  const lock = JSON.parse(read('package-lock.json')).packages as Record<string, Locked>
  interface Locked {
    version?: string
    resolved?: string
    link?: boolean
    dependencies?: Record<string, string>
    optionalDependencies?: Record<string, string>
  }

  it('asks for exact versions', () => {
    const asked = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(asked.length).toBeGreaterThan(10)
    expect(
      asked.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version as string)),
    ).toEqual([])
  })

  it('has a lockfile that `npm ci` takes on every platform', () => {
    // npm leaves the binaries of other platforms out of the lockfile when it could not look them up,
    // and then refuses its own file: each one that is named must have its entry.
    const missing = Object.entries(lock).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter(
          (name) => !(`${place}/node_modules/${name}` in lock) && !(`node_modules/${name}` in lock),
        )
        .map((name) => `${place} needs ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('has a lockfile that agrees with package.json and ties nobody to one registry', () => {
    expect(lock['']).toMatchObject({
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
      workspaces: manifest.workspaces,
    })
    // A link is to a folder of ours, whose package.json the lockfile repeats.
    expect(Object.values(lock).filter(({ resolved, link }) => resolved && !link)).toEqual([])
  })
})
