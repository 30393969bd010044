import { beforeAll, describe, expect, it } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { targetColumns } from '../../src/platform/local/load/target'
import { repository, run } from '../support/program'

// Every statement of docs/warehouses.md is parsed by sqlglot (PyPI, pinned) as one of its dialect.

const INSTALL_MS = 600_000
const venv = join(repository, '.venv/sqlglot')
const page = readFileSync(join(repository, 'docs/warehouses.md'), 'utf8')
const dialects = ['Snowflake', 'BigQuery', 'Redshift', 'ClickHouse']

interface Parsed {
  kind?: string
  columns?: string[]
  error?: string
}

interface Statement {
  dialect: string
  text: string
}

/** sqlglot passes these through unread, and so their parts are parsed that it knows. */
const unread: { begins: string; part?: (text: string) => string }[] = [
  { begins: 'CREATE PIPE', part: (text) => text.slice(text.indexOf('COPY INTO')) },
  {
    begins: 'CREATE EXTERNAL TABLE learning.landed',
    part: (text) => text.replace(/^WITH PARTITION COLUMNS .*$/m, ''),
  },
  { begins: 'CREATE EXTERNAL SCHEMA' },
]
const unreadOf = ({ text }: Statement) => unread.find(({ begins }) => text.startsWith(begins))

function statementsOf(dialect: string): Statement[] {
  const section = page.split(`\n## ${dialect}\n`)[1]!.split('\n## ')[0]!
  const blocks = [...section.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql]) => sql!)
  return blocks.flatMap((sql) =>
    sql
      .split(/;\s*$/m)
      .flatMap((text) => (text.trim() === '' ? [] : [{ dialect, text: text.trim() }])),
  )
}

async function parse(statements: readonly Statement[]): Promise<Parsed[]> {
  const stdin = JSON.stringify(statements.map(({ dialect, text }) => [dialect.toLowerCase(), text]))
  const program = join(import.meta.dir, 'parse.py')
  const { exitCode, stdout, stderr } = await run([join(venv, 'bin/python'), program], { stdin })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return JSON.parse(stdout)
}

beforeAll(async () => {
  if (existsSync(join(venv, 'bin/python'))) return
  const install = `python3 -m venv "${venv}" && "${venv}/bin/pip" install --quiet --disable-pip-version-check sqlglot==30.30.0`
  const { exitCode, stderr } = await run(['bash', '-c', install])
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
}, INSTALL_MS)

describe('the statements of docs/warehouses.md', () => {
  for (const dialect of dialects) {
    it(`are ${dialect}'s`, async () => {
      const statements = statementsOf(dialect)
      expect(statements.length).toBeGreaterThanOrEqual(5)
      const whole = await parse(statements)
      expect(whole.filter(({ error }) => error !== undefined)).toEqual([])
      const passed = statements.filter((_, i) => whole[i]!.kind === 'Command')
      expect(passed).toEqual(statements.filter((one) => unreadOf(one) !== undefined))
      const parts = passed.flatMap((one) => {
        const { part } = unreadOf(one)!
        return part === undefined ? [] : [{ dialect, text: part(one.text) }]
      })
      const parsed = await parse(parts)
      expect(parsed.filter(({ kind }) => kind !== 'Copy' && kind !== 'Create')).toEqual([])

      // A column that the lake does not have, or calls otherwise, would be null for ever.
      const known = new Set([...targetColumns.map(({ name }) => name), 'file'])
      const named = whole.flatMap(({ columns = [] }) => columns)
      expect(named.filter((name) => !known.has(name))).toEqual([])
      expect(named).toContain('event_id')
    })
  }

  it('would not pass if they were wrong', async () => {
    const text = 'MERGE learning.events USING WHEN NOT MATCHED INSERT ROW'
    expect((await parse([{ dialect: 'BigQuery', text }]))[0]).toHaveProperty('error')
  })
})
