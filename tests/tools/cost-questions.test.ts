import { describe, expect, it } from 'bun:test'
import { totalOf } from '../../tools/cost/bill'
import { questionsBillOf } from '../../tools/cost/questions'
import { read } from '../support/repository'

// The issue on reading allows aggregates so much.
const MOST_A_MILLION = 0.05

describe('what metrics cost on AWS', () => {
  it('is nothing as events arrive', () => {
    expect(questionsBillOf({ events: 1e6, questions: 0 })).toEqual([])
  })

  it('is what the document says, and less than aggregates may for three hundred looks', () => {
    const document = read('docs/cost.md').replaceAll(/\s+/g, ' ')
    const said = Number(/US\$ ([\d.]+) a question and million events/.exec(document)?.[1])
    const each = totalOf(questionsBillOf({ events: 1e6, questions: 1 }))
    expect(said).toBeCloseTo(each, 5)
    expect(300 * each).toBeLessThan(MOST_A_MILLION)
  })
})
