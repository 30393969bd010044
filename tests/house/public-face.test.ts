import { describe, expect, it } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../support/program'

const read = (path: string) => readFileSync(join(repository, path), 'utf8')
const exists = (path: string) => existsSync(join(repository, path))
const manifest = JSON.parse(read('package.json'))
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'packages/README.md']

describe('CONTRIBUTING.md', () => {
  const text = read('CONTRIBUTING.md')
  const scripts = Object.keys(manifest.scripts)

  it('says of each suite when it is run', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| '))
    const suites = scripts.filter((name) => /^test(:|$)/.test(name))
    expect(suites.length).toBeGreaterThan(3)
    const commands = suites.map((name) => (name === 'test' ? 'npm test' : `npm run ${name}`))
    expect(commands.filter((one) => !rows.some((row) => row.includes(`\`${one}\``)))).toEqual([])
  })

  it('names no script that is not there', () => {
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!)
    expect(named.filter((name) => !scripts.includes(name))).toEqual([])
  })
})

describe('the pages that people meet first', () => {
  for (const page of pages) {
    it(`${page} links to files that are there`, () => {
      const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to]) => to!)
      expect(links.length).toBeGreaterThan(0)
      expect(links.filter((to) => !exists(join(page, '..', to)))).toEqual([])
    })
  }

  it('SECURITY.md names a private way to report, and no address that nobody reads', () => {
    const text = read('SECURITY.md')
    expect(text).toContain('Report a vulnerability')
    expect(text).not.toMatch(/[\w.]+@[\w.]+/)
  })
})

describe('the workflow of the forge', () => {
  const workflow = Bun.YAML.parse(read('.github/workflows/ci.yml')) as {
    jobs: Record<string, { steps: { run?: string; with?: Record<string, string | number> }[] }>
  }
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)

  it('runs .ci/run and nothing beside it', () => {
    expect(steps.flatMap(({ run }) => run ?? [])).toEqual(['.ci/run'])
    expect(statSync(join(repository, '.ci/run')).mode & 0o100).toBe(0o100)
  })

  it('has the Node of .nvmrc, which is the oldest that package.json takes', () => {
    expect(steps.map((step) => step.with?.['node-version-file'])).toContain('.nvmrc')
    expect(manifest.engines.node).toBe(`>=${read('.nvmrc').trim()}`)
  })
})
