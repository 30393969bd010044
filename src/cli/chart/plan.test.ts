import { describe, expect, it } from 'bun:test'
import type { LakeAnswer } from '../../query/ask-lake'
import { type ChartAsked, chartOf, shortened } from './plan'

function answerOf(names: string, ...rows: unknown[][]): LakeAnswer {
  return { columns: names.split(' ').map((name) => ({ name, type: 'VARCHAR' })), rows }
}

const daily = answerOf(
  'tenant_id day what events',
  ['t', '2026-11-02', 'Viewed', 3],
  ['t', '2026-11-01', 'Viewed', 5],
  ['t', '2026-11-02', 'Graded', 2n],
)

describe('chartOf', () => {
  it('draws lines over times, in order, with a line for each value of a text', () => {
    expect(chartOf(daily)).toEqual({
      ...{ kind: 'line', title: undefined, x: 'day', isTime: true },
      labels: ['2026-11-01', '2026-11-02'],
      series: [
        { name: 'Viewed', values: [5, 3] },
        { name: 'Graded', values: [null, 2] },
      ],
    })
  })

  it('draws bars over texts, all numbers, and passes over what is the same in all rows', () => {
    const courses = answerOf('tenant_id course n m', ['t', 'a', 1, 1.5], ['t', 'b', null, '2'])
    expect(chartOf(courses, { title: 'Both' })).toMatchObject({
      ...{ kind: 'bar', title: 'Both', x: 'course', labels: ['a', 'b'] },
      series: [
        { name: 'n', values: [1, null] },
        { name: 'm', values: [1.5, 2] },
      ],
    })
  })

  it('makes no series of a text where each label has one row', () => {
    const named = answerOf('id name mean', ['q1', 'Cells', 60], ['q2', 'Genes', 70])
    expect(chartOf(named, { x: 'name' }).series).toEqual([{ name: 'mean', values: [60, 70] }])
  })

  it('takes the columns that are asked for', () => {
    const asked = { x: 'what', y: 'events', series: 'day', as: 'bar' } as const
    expect(chartOf(daily, asked)).toMatchObject({
      ...{ kind: 'bar', x: 'what', labels: ['Viewed', 'Graded'] },
      series: [{ name: '2026-11-02' }, { name: '2026-11-01' }],
    })
  })

  it('numbers rows that have nothing else', () => {
    expect(chartOf(answerOf('n', [4], [2]))).toMatchObject({ x: 'row', labels: ['1', '2'] })
  })

  const many = Array.from({ length: 9 }, (_, n) => ['2026-11-01', `s${n}`, n])
  const refused: [why: string, answer: LakeAnswer, asked: ChartAsked, says: string][] = [
    ['no rows', answerOf('a n'), {}, 'no rows'],
    ['no numbers', answerOf('a b', ['x', 'y']), {}, 'no column has numbers'],
    ['no such column', daily, { x: 'course' }, 'tenant_id, day, what, events'],
    ['a text for numbers', daily, { y: 'what' }, 'what has no numbers'],
    ['two rows for one label', daily, { x: 'tenant_id', series: 'day' }, 'several rows'],
    ['too many series', answerOf('day s n', ...many), { series: 's' }, 'more than 8'],
    [
      'too many labels',
      answerOf('a n', ...Array.from({ length: 2001 }, (_, n) => [`a${n}`, n])),
      {},
      'too many to draw',
    ],
  ]
  for (const [why, answer, asked, says] of refused) {
    it(`refuses ${why}, in a sentence`, () => {
      expect(() => chartOf(answer, asked)).toThrow(says)
    })
  }
})

describe('shortened', () => {
  it('cuts what addresses share, and the middle of what is long', () => {
    const pages = ['https://a.example/pages/1', 'https://a.example/pages/22']
    expect(shortened(pages, 20)).toEqual(['1', '22'])
    expect(shortened(['either/or', 'either/nor'], 20)).toEqual(['either/or', 'either/nor'])
    expect(shortened(['https://a.example/1'], 9)).toEqual(['http…le/1'])
  })
})
