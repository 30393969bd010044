import { describe, expect, it } from 'bun:test'
import type { Chart } from './plan'
import { drawInTerminal } from './terminal'

const bars: Chart = {
  ...{ kind: 'bar', title: undefined, x: 'course', isTime: false },
  labels: ['botany', 'zoology', 'nothing', 'empty'],
  series: [{ name: 'events', values: [8, 3.05, 0, null] }],
}

describe('drawInTerminal', () => {
  it('draws bars by eighths of a character, beside their labels and numbers', () => {
    expect(drawInTerminal(bars)).toBe(
      [
        `botany  │${'█'.repeat(40)} 8`,
        `zoology │${'█'.repeat(15)}▎ 3.05`,
        'nothing │ 0',
        'empty   │',
        '',
      ].join('\n'),
    )
  })

  it('plots lines over their labels, one below the other', () => {
    const series = [
      { name: 'up', values: [0, 5, 10] },
      { name: 'gap', values: [1, null, 1] },
    ]
    const lines = { ...bars, kind: 'line' as const, title: 'Two', series, labels: ['a', 'b', 'c'] }
    const drawn = drawInTerminal(lines).split('\n')
    expect(drawn.slice(0, 3)).toEqual(['Two', '', 'up'])
    // From the lower left corner to the upper right one.
    expect(drawn[3]).toMatch(/^10 ┤.*\S$/u)
    expect(drawn[10]).toMatch(/^ 0 ┤[^\u2800]/u)
    expect(drawn[11]).toBe(`    a${' '.repeat(62)}c`)
    expect(drawn[13]).toBe('gap')
    // Nothing joins what lies on both sides of a gap.
    expect(drawn[14]).toMatch(/^1 ┤[^\u2800]\u2800{62}[^\u2800]$/u)
  })

  it('lets no text of a sender steer the terminal', () => {
    const evil = { ...bars, title: 'a\u001b[2Jb', labels: ['\u001b]0;x\u0007', '2', '3', '4'] }
    const drawn = drawInTerminal(evil)
    for (const control of ['\u001b', '\u0007']) expect(drawn).not.toContain(control)
  })

  it('says how many bars there are beyond a screen or two', () => {
    const labels = Array.from({ length: 70 }, (_, n) => `c${n}`)
    const long = { ...bars, labels, series: [{ name: 'n', values: labels.map(() => -1) }] }
    expect(drawInTerminal(long)).toContain('… and 10 more')
  })
})
