import { describe, expect, it } from 'bun:test'
import { type Setting, settings } from '../../src/config/settings'
import { read } from '../support/repository'

function row({ name, default: standard, meaning, secret }: Setting<unknown>): string {
  const unset = secret ? 'random' : 'none'
  return `| \`${name}\` | ${standard === undefined ? unset : `\`${standard}\``} | ${meaning} |`
}

describe('the README tells what can be set', () => {
  it('has the table of the code, row for row', () => {
    const rows = read('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| `NONIUS_'))
    expect(rows).toEqual(Object.values(settings).map(row))
  })
})
