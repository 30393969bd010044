import { describe, expect, it } from 'bun:test'
import { renderTable } from './table'

describe('a table for people', () => {
  it('aligns columns, numbers to the right', () => {
    const rows = [
      ['ViewEvent', 12],
      ['GradeEvent', '3'],
    ]
    expect(renderTable(['type', 'n'], rows).split('\n')).toEqual([
      'type         n',
      '──────────  ──',
      'ViewEvent   12',
      'GradeEvent   3',
    ])
  })

  it('shows its head when there are no rows', () => {
    expect(renderTable(['type'], [])).toBe('type\n────')
  })

  it('shows nothing for null, and lists as JSON', () => {
    expect(
      renderTable(['a', 'b'], [[null, ['Learner']]])
        .split('\n')
        .at(-1),
    ).toBe('   ["Learner"]')
  })

  it('cuts what is too long for a line', () => {
    const [, rule, row] = renderTable(['raw'], [['x'.repeat(100)]]).split('\n')
    expect(row).toBe(`${'x'.repeat(59)}…`)
    expect(rule).toHaveLength(60)
  })

  for (const [what, text, shown] of [
    ['an escape sequence', '\u001b[2J', '\\u001b[2J'],
    ['a line break', 'a\nb', 'a\\u000ab'],
    ['a change of direction', 'a\u202eb', 'a\\u202eb'],
  ] as const) {
    it(`keeps ${what} in the data from reaching the terminal`, () => {
      expect(renderTable(['name'], [[text]])).toEndWith(shown)
    })
  }
})
