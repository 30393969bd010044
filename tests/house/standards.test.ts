import { describe, expect, it } from 'bun:test'
import { standardNames } from '../../src/event/record'
import { standards } from '../../src/standards'
import { files, read } from '../support/repository'

const sources = files().filter((path) => /^src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'))

// The record's type names every standard; everybody else asks the list.
const NAMES_ALL = 'src/event/record.ts'

describe('a standard is a port', () => {
  for (const name of standardNames) {
    it(`'${name}' is named only where that standard is at home`, () => {
      const literal = new RegExp(`(['\`])${name}\\1`)
      // The mapping leads from each to the others, and SQL compares the column with the name; the
      // record store is of one of them.
      const shared = [
        'src/mapping/',
        'src/query/sql/',
        ...(name === 'xapi' ? ['src/statements/'] : []),
      ]
      const own = [`src/standards/${name}/`, `src/http/${name}/`, `src/cli/${name}.ts`]
      const homes = [...own, ...shared]
      const named = sources.filter((path) => literal.test(read(path)))
      const abroad = named.filter((path) => !homes.some((home) => path.startsWith(home)))
      expect(abroad).toEqual([NAMES_ALL])
    })
  }

  it('is on the list once, with everything that the port asks of it', async () => {
    const names = standards.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(standardNames).toContainValues(names)
    for (const { load, loadPersonal, loadWords, loadMembershipIn, ...facts } of standards) {
      expect(await load()).toMatchObject(facts)
      expect((await loadPersonal()).typeNames).not.toBeEmpty()
      if (loadMembershipIn !== undefined) expect((await loadMembershipIn())({})).toBeUndefined()
      if (loadWords !== undefined) expect((await loadWords()).size).toBeGreaterThan(5)
    }
  })

  it('answers to the same names of files as the others', () => {
    const asked = ['facts.ts', 'standard.ts', 'parse.ts', 'gate.ts', 'normalize.ts']
    for (const { name } of standards) {
      const own = sources.map((path) => path.replace(`src/standards/${name}/`, ''))
      expect(own).toEqual(expect.arrayContaining(asked))
    }
  })
})
