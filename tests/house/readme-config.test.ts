import { describe, expect, it } from 'bun:test'
import type { Config } from '../../src/config/config'
import { meanings } from '../../src/config/meanings'
import { type Setting, settings } from '../../src/config/settings'
import { read } from '../support/repository'

// These keys are drawn at random where nobody sets them.
const drawn: (keyof Config)[] = ['demoKey', 'adminKey']

function row(field: keyof Config): string {
  const { name, default: standard, also = [] }: Setting<unknown> = settings[field]
  const unset = drawn.includes(field) ? 'random' : 'none'
  const names = also.map((one) => ` Also \`${one}\`.`).join('')
  const usual = standard === undefined ? unset : `\`${standard}\``
  return `| \`${name}\` | ${usual} | ${meanings[field]}${names} |`
}

describe('the README tells what can be set', () => {
  it('has the table of the code, row for row', () => {
    const rows = read('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| `NONIUS_'))
    expect(rows).toEqual((Object.keys(settings) as (keyof Config)[]).map(row))
  })
})
