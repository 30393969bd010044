import { expect, it } from 'bun:test'
import { join } from 'node:path'
import { namedQueries } from '../../src/query/sql'

it('docs/sql.md has the table of the code, row for row', async () => {
  const text = await Bun.file(join(import.meta.dir, '../../docs/sql.md')).text()
  const rows = text.split('\n').filter((line) => /^\| `[a-z]/.test(line))
  expect(rows).toEqual(namedQueries.map(({ id, description }) => `| \`${id}\` | ${description} |`))
})
