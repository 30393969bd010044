import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { repository, run } from '../support/program'
import { readmeOf } from '../support/readme'
import { startServerProcess } from '../support/server-process'

const { commands, printed } = readmeOf('prometheus')
const read = (file: string) => readFileSync(join(repository, 'examples/prometheus', file), 'utf8')

interface Rule {
  alert?: string
  record?: string
  expr: string
  for?: string
  annotations?: { summary: string }
}

describe('examples/prometheus', () => {
  it('prints what its README says', async () => {
    using folder = temporaryFolder()
    await using server = await startServerProcess(folder.path)
    const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
    const { stdout, exitCode } = await run(['bash', '-c', commands[0]!], { env })
    expect(stdout).toBe(`${printed.join('\n')}\n`)
    expect(exitCode).toBe(0)
  }, 30_000)

  it('has rules that are whole, and are loaded', () => {
    const { groups } = Bun.YAML.parse(read('nonius.rules.yml')) as { groups: { rules: Rule[] }[] }
    const rules = groups.flatMap((group) => group.rules)
    const names = rules.map(({ alert, record }) => alert ?? record)
    expect(new Set(names).size).toBe(names.length)
    const recorded = new Set(rules.flatMap(({ record }) => record ?? []))
    for (const { alert, expr, annotations, ...rule } of rules) {
      // A record that is used is made by one of the rules.
      for (const name of expr.match(/\bnonius:[a-z0-9_:]+/g) ?? []) expect(recorded).toContain(name)
      expect(expr.match(/\(/g)?.length).toBe(expr.match(/\)/g)?.length)
      if (alert === undefined) continue
      expect(rule.for).toMatch(/^\d+[mh]$/)
      expect(annotations!.summary.length).toBeGreaterThan(20)
    }
    const { rule_files: files } = Bun.YAML.parse(read('prometheus.yml')) as { rule_files: string[] }
    expect(files).toEqual(['nonius.rules.yml'])
  })

  it('has the alerts of the design, with its thresholds', () => {
    const rules = read('nonius.rules.yml')
    for (const threshold of ['> 0.05', '> 0.01', '> 0.1\n', '< 2\n'])
      expect(rules).toContain(threshold)
  })
})
