import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../support/program'
import { readmeOf } from '../support/readme'

// Title, five lines of text, commands and what they print, fences and the empty lines between.
const MOST_LINES = 16

const read = (path: string) => readFileSync(join(repository, path), 'utf8')
const found = (glob: string) => [...new Bun.Glob(glob).scanSync({ cwd: repository })]
const names = readdirSync(join(repository, 'examples')).sort()
const tests = [
  ...['tests/examples/*.test.ts', 'tests/clone/*.slow.ts', 'tests/browser/*.slow.ts'],
].flatMap(found)

describe('the examples', () => {
  it('are those that the README of the repository names', () => {
    expect(names).toEqual([
      ...['canvas-proxy', 'docker', 'lake-notebook', 'live', 'prometheus', 'quiz'],
      ...['send-events', 'verify-webhook'],
    ])
    const readme = read('README.md')
    expect(names.filter((name) => !readme.includes(`(examples/${name}/)`))).toEqual([])
  })

  for (const name of names) {
    it(`${name} has a README that is read in a minute, and a test that runs what it says`, () => {
      const lines = read(`examples/${name}/README.md`).trimEnd().split('\n')
      expect(lines.length).toBeLessThanOrEqual(MOST_LINES)
      expect(readmeOf(name).commands.length).toBeGreaterThan(0)
      expect(tests.filter((path) => read(path).includes(`readmeOf('${name}')`))).toHaveLength(1)
    })
  }

  it('read the lake by the DuckDB that writes it', () => {
    const { dependencies } = JSON.parse(read('package.json'))
    const [ofTheServer] = dependencies['@duckdb/node-api'].split('-')
    const pinned = read('examples/lake-notebook/requirements.txt').trim().split('\n')
    expect(pinned).toContain(`duckdb==${ofTheServer}`)
    expect(pinned.filter((line) => !/^[\w-]+==[\d.]+$/.test(line))).toEqual([])
  })

  it('in JavaScript need nothing but Node', () => {
    const scripts = found('examples/**/*.mjs')
    expect(scripts).toHaveLength(5)
    const imports = scripts.flatMap((path) => [...read(path).matchAll(/ from '([^']+)'/g)])
    expect(imports.filter(([, from]) => !from!.startsWith('node:'))).toEqual([])
  })
})
