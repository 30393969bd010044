import { describe, expect, it } from 'bun:test'
import type { ShownState } from '../states'
import { figuresOf } from './figures'

const state = (learner: string, value: unknown): ShownState => ({
  ...{ reducer: 'r', version: 1, learner, state: value, events: 1, skipped: 0, places: [] },
  ...{ through: '', updatedAt: '' },
})
const many = (count: number, value: (n: number) => unknown) =>
  Array.from({ length: count }, (_, n) => state(`p${n}`, value(n)))

describe('figures of states', () => {
  it('are means and medians of numbers that five learners have', () => {
    const found = figuresOf(many(5, (n) => ({ minutes: n * 10, of: { words: n === 0 ? 'x' : 1 } })))
    expect(found).toEqual({
      learners: 5,
      figures: [{ path: ['minutes'], mean: 20, median: 20 }],
      suppressed: 1,
    })
  })

  it('count a learner once, whatever the spelling and the number of states', () => {
    const twice = [...many(4, () => ({ n: 1 })), state('a@X.edu', { n: 3 })]
    const found = figuresOf([...twice, state('mailto:a@x.edu', { n: 9 })])
    expect(found.learners).toBe(5)
    expect(found.figures).toEqual([{ path: ['n'], mean: 2, median: 1 }])
  })

  it('say nothing of fewer than five, nor of a member that is one learner’s', () => {
    expect(figuresOf(many(4, () => ({ n: 1 })))).toEqual({ figures: [], suppressed: 2 })
    const named = figuresOf(many(9, (n) => ({ by: { [`p${n}`]: n } })))
    expect(named.figures).toEqual([])
    expect(JSON.stringify(named)).not.toContain('p1')
  })

  it('are bounded, whatever a state is', () => {
    const deep: unknown[] = [[], 'x', null, Number.MAX_VALUE, { __proto__: null }, { a: { b: {} } }]
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n]))
    const found = figuresOf([
      ...many(6, () => wide),
      ...deep.map((one, n) => state(`q${n}`, one)),
      ...many(6, () => JSON.parse(`{"__proto__":{"n":${1.7e308}}}`)),
    ])
    expect(found.figures.length).toBeLessThanOrEqual(500)
    expect(found.figures.every(({ mean }) => Number.isFinite(mean))).toBe(true)
    expect(({} as { n?: number }).n).toBeUndefined()
  })
})
