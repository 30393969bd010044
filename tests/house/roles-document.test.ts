import { describe, expect, it } from 'bun:test'
import { read } from '../support/repository'
import { rolesTables } from '../support/roles/table'

describe('docs/roles.md', () => {
  for (const [name, table] of Object.entries(rolesTables())) {
    it(`has the table of ${name} that admits readers`, () => {
      // `bun tests/support/roles/table.ts` writes it.
      expect(read('docs/roles.md').split('\n\n')).toContain(table)
    })
  }
})
