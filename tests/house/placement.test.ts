import { describe, expect, it } from 'bun:test'
import { suites } from '../suites'
import { files, read } from '../support/repository'
import { importsOf, isTest, targetsOf, withoutComments } from './modules'

/*
 * The rule: a test of a pure unit stands beside its source. A test that needs a platform, HTTP, a
 * process, the network or the disk, or that shares helpers or contracts with others of its suite,
 * stands in `tests/`. `npm test` runs *.test.ts; every *.slow.ts belongs to a suite of its own.
 */
const all = files().filter((path) => path.endsWith('.ts'))
const tests = all.filter(isTest)
const beside = tests.filter((path) => !path.startsWith('tests/'))

const OUTSIDE =
  /^(node:(fs|net|tls|dns|http|https|http2|os|child_process|worker_threads|cluster)(\/|$)|bun:sqlite$|playwright)/
const CALLS = /\bBun\.(serve|spawn|spawnSync|listen|connect|file|write|udpSocket)\b|\bfetch\(/
// A platform, and what starts one or speaks HTTP to it.
const WHOLE =
  /^(src\/(platform\/(aws|local)\/|http\/|server\.ts|cli\.ts)|functions\/|infra\/|tools\/(?!samples\/))/

// It reads the list of examples that stands beside the test, of whose text it is a part.
const LIST = 'tests/support/list.ts'

/** The test, and the helpers that it imports, and theirs. */
function withHelpers(path: string): string[] {
  const found = new Set([path])
  for (const file of found) {
    const targets = targetsOf(file, { types: false })
    for (const to of targets) if (to.startsWith('tests/') && to !== LIST) found.add(to)
  }
  return [...found]
}

/** `src/http`, `src/platform/aws`, `tools/synth`. */
function roomOf(path: string): string {
  const depth = path.startsWith('src/platform/') ? 3 : 2
  return path.split('/').slice(0, depth).join('/')
}

interface Needs {
  /** Modules and calls that reach beyond the process. */
  outside: string[]
  /** Rooms of platforms, HTTP and the like. A unit of one is pure to the test beside it. */
  rooms: string[]
}

function needsOf(path: string): Needs {
  const files = withHelpers(path)
  const outside = files.flatMap((file) => {
    const values = importsOf(file).filter((one) => !one.isType && OUTSIDE.test(one.specifier))
    const calls = withoutComments(read(file)).match(CALLS)?.slice(0, 1) ?? []
    return [...values.map(({ specifier }) => specifier), ...calls].map((one) => `${one} in ${file}`)
  })
  const targets = files.flatMap((file) => targetsOf(file, { types: false }))
  const rooms = new Set(targets.filter((to) => WHOLE.test(to)).map(roomOf))
  return { outside, rooms: [...rooms] }
}

describe('a test', () => {
  it('stands beside its source when that is pure', () => {
    expect(beside.length).toBeGreaterThan(40)
    const impure = beside.flatMap((path) => {
      const { outside, rooms } = needsOf(path)
      const others = rooms.filter((room) => room !== roomOf(path))
      return [...outside, ...others].map((need) => `${path} needs ${need}`)
    })
    expect(impure).toEqual([])
  })

  it('beside its source is one of `npm test`', () => {
    expect(beside.filter((path) => !path.endsWith('.test.ts'))).toEqual([])
  })

  it('stands in tests/ for a reason', () => {
    const pure = tests
      .filter((path) => path.startsWith('tests/') && path.endsWith('.test.ts'))
      .filter((path) => sharedBy(path).length === 0)
      .filter((path) => {
        const { outside, rooms } = needsOf(path)
        return outside.length === 0 && rooms.length < 2
      })
    expect(pure).toEqual([])
  })
})

/** Modules of `tests/` beside support that a test imports: of its suite, and contracts. */
function sharedBy(path: string): string[] {
  return targetsOf(path, { types: true }).filter(
    (to) => to.startsWith('tests/') && !to.startsWith('tests/support/'),
  )
}

describe('a helper', () => {
  const shared = /^tests\/(support|contracts)\//
  const helpers = all.filter((path) => path.startsWith('tests/') && !isTest(path))

  it('that several folders use stands in tests/support', () => {
    const borrowed = all.flatMap((path) =>
      targetsOf(path, { types: true })
        .filter((to) => helpers.includes(to) && !shared.test(to) && folderOf(to) !== 'tests')
        .filter((to) => !path.startsWith(`${folderOf(to)}/`))
        .map((to) => `${path} imports ${to}`),
    )
    expect(borrowed).toEqual([])
  })

  it('of tests/support knows no single suite', () => {
    const known = helpers
      .filter((path) => path.startsWith('tests/support/'))
      .flatMap((path) =>
        targetsOf(path, { types: true })
          .filter((to) => to.startsWith('tests/') && !shared.test(to))
          .map((to) => `${path} imports ${to}`),
      )
    expect(known).toEqual([])
  })
})

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

describe('a suite', () => {
  const parts = Object.values(suites).flat()
  const filesOf = (glob: string) => all.filter((path) => new Bun.Glob(glob).match(path))

  it('runs every slow file, each in one part', () => {
    const slow = tests.filter((path) => path.endsWith('.slow.ts'))
    expect(slow.length).toBeGreaterThan(50)
    const runs = parts.flatMap(({ files: glob }) => filesOf(glob)).filter((path) => isSlow(path))
    expect(runs.sort()).toEqual(slow.sort())
  })

  it('leaves no file with tests out for its ending: helpers and contracts export something', () => {
    const others = all.filter((path) => /^(tests|src|tools)\/.*\.ts$/.test(path) && !isTest(path))
    const missed = others.filter((path) => {
      const text = read(path)
      return /from 'bun:test'/.test(text) && !/^export /m.test(text)
    })
    expect(missed).toEqual([])
  })

  it('has something to run in each part', () => {
    const empty = parts.filter(({ files: glob }) => !files().some((path) => match(glob, path)))
    expect(empty.map(({ name }) => name)).toEqual([])
  })

  it('is one of at most six, each a script that begins with a sentence', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const shown = Object.entries(scripts).filter(([name]) => /^test(:|$)/.test(name))
    expect(shown.length).toBeLessThanOrEqual(6)
    expect(shown.filter(([, script]) => !/^echo '[A-Z][^']+' && /.test(script))).toEqual([])
    expect(shown.map(([name]) => name)).toEqual(['test', ...names('test:')])
    for (const name of Object.keys(suites)) {
      expect(scripts[`test:${name}`]).toEndWith(`bun tests/run.ts ${name}`)
    }
  })

  it('is run by CI, part for part', () => {
    const ci = read('.ci/run').replaceAll('\\\n', ' ')
    const missing = Object.entries(suites).flatMap(([suite, its]) =>
      its
        .map(({ name }) => (its.length > 1 ? `test:${suite} -- ${name}` : `test:${suite}`))
        .filter((call) => !new RegExp(`npm run --silent ${call}( |$)`, 'm').test(ci)),
    )
    expect(missing).toEqual([])
  })

  function isSlow(path: string): boolean {
    return path.endsWith('.slow.ts')
  }

  function match(glob: string, path: string): boolean {
    return new Bun.Glob(glob).match(path)
  }

  function names(before: string): string[] {
    return Object.keys(suites).map((name) => before + name)
  }
})
