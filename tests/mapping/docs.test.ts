import { expect, it } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mappingTables } from './document'

const file = join(import.meta.dir, '../../docs/mapping.md')
const TABLES = /(<!-- tables -->\n)[\s\S]*(<!-- \/tables -->)/

// `UPDATE_DOCS=1 bun test tests/mapping` writes them.
it('docs/mapping.md has the tables of the code', () => {
  const docs = readFileSync(file, 'utf8')
  const written = docs.replace(TABLES, `$1\n${mappingTables()}\n\n$2`)
  if (process.env.UPDATE_DOCS) writeFileSync(file, written)
  else expect(docs === written).toBe(true)
})
