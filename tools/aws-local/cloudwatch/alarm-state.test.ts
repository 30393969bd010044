import { describe, expect, it } from 'bun:test'
import { evaluateAlarm, stateOf } from './alarm-state'
import { evaluateExpression, type Series } from './expression'
import { createMetricStore } from './metric-store'

const _ = undefined

describe('metric math', () => {
  // The first four are the examples of "Using metric math", CloudWatch's guide.
  const examples: [string, Record<string, Series>, Series][] = [
    ['(a < b)', { a: [30, 20, 0, 0], b: [20, _, 20, _] }, [0, 0, 1, 0]],
    ['(a > 15 AND b > 15)', { a: [30, 20, 0, 0], b: [20, _, 20, _] }, [1, 0, 0, 0]],
    [
      'IF(a, b, c)',
      { a: [1, 1, 0, 0, _], b: [30, _, 0, 0, 30], c: [0, 0, 20, _, 20] },
      [30, 0, 20, _, _],
    ],
    ['IF(a, b, 5)', { a: [1, 1, 0, 0, _], b: [30, _, 0, 0, 30] }, [30, 0, 5, 5, _]],
    ['IF(n >= 3, 100 * e / n, 0)', { n: [2, 4, _], e: [2, 1, 1] }, [0, 25, _]],
    ['FILL(a, 7) + FILL(b, 0)', { a: [1, _], b: [_, _] }, [1, 7]],
    ['100 * a', { a: [1, _] }, [100, _]],
    ['a / b', { a: [1, 1], b: [0, 2] }, [_, 0.5]],
    ['1 + 2 * (a - 1) > 4 OR a == 1', { a: [1, 2, 3] }, [1, 0, 1]],
  ]
  for (const [text, series, value] of examples) {
    it(`computes ${text}`, () => {
      expect(evaluateExpression(text, series)).toEqual(value)
    })
  }

  it('refuses what it does not understand', () => {
    for (const text of ['SUM(a)', 'a ^ 2', 'a b', 'IF(a, 1', 'FILL(a, REPEAT)', 'c', '']) {
      expect(() => evaluateExpression(text, { a: [1] })).toThrow()
    }
  })
})

// The tables of "How alarm state is evaluated when data is missing": 0 is fine, X breaches, - is missing.
const [OK, ALARM, NONE, SAME] = ['OK', 'ALARM', 'INSUFFICIENT_DATA', 'the state before'] as const
const rows: [
  range: string,
  points: number,
  missing: string,
  ignore: string,
  breaching: string,
  not: string,
][] = [
  ['0-X-X', 3, OK, OK, OK, OK],
  ['0----', 3, OK, OK, OK, OK],
  ['-----', 3, NONE, SAME, ALARM, OK],
  ['0XX-X', 3, ALARM, ALARM, ALARM, ALARM],
  ['----X', 3, NONE, SAME, ALARM, OK],
  ['0-X-X', 2, ALARM, ALARM, ALARM, ALARM],
  ['00X0X', 2, ALARM, ALARM, ALARM, ALARM],
  ['0-X--', 2, OK, OK, ALARM, OK],
  ['----0', 2, OK, OK, ALARM, OK],
  ['----X', 2, NONE, SAME, ALARM, OK],
]

describe('the state of an alarm', () => {
  for (const [range, points, ...states] of rows) {
    it(`is as AWS says of ${range}, ${points} of 3`, () => {
      const series = [...range].map((one) => ({ '0': 0, X: 1 })[one])
      for (const [at, missing] of ['missing', 'ignore', 'breaching', 'notBreaching'].entries()) {
        for (const before of ['OK', 'ALARM'] as const) {
          const rules = {
            isBreaching: (value: number) => value > 0,
            periods: 3,
            points,
            missing,
            before,
          }
          const expected = states[at] === SAME ? before : states[at]
          expect([missing, stateOf(series, rules)]).toEqual([missing, expected!] as never)
        }
      }
    })
  }

  it('is computed of periods that are over, by statistic, dimension and threshold', () => {
    const store = createMetricStore()
    const dimensions = { FunctionName: 'api' }
    const declared = (
      stat: string,
      threshold: number,
      comparisonOperator = 'GreaterThanThreshold',
    ) => ({
      ...{ name: 'Some', comparisonOperator, threshold, evaluationPeriods: 1 },
      treatMissingData: 'notBreaching',
      metricQueries: [
        { id: 'm', metric: { namespace: 'N', metricName: 'M', stat, period: 300, dimensions } },
        { id: 'value', expression: 'm', returnData: true },
      ],
    })
    for (const value of [1, 2, 3, 10])
      store.add({ namespace: 'N', name: 'M', dimensions, value }, 299_999)
    store.add({ namespace: 'N', name: 'M', dimensions: { FunctionName: 'other' }, value: 99 }, 0)
    const at = (now: number, alarm: ReturnType<typeof declared>) =>
      evaluateAlarm(alarm, store, now, 'OK')
    for (const [stat, value] of [
      ['Sum', 16],
      ['Average', 4],
      ['Maximum', 10],
      ['SampleCount', 4],
      ['p50', 2],
    ] as const) {
      expect([stat, at(300_000, declared(stat, value - 1))]).toEqual([stat, 'ALARM'])
      expect([stat, at(300_000, declared(stat, value))]).toEqual([stat, 'OK'])
      expect([stat, at(299_999, declared(stat, value - 1))]).toEqual([stat, 'OK'])
      expect(at(300_000, declared(stat, value + 1, 'LessThanThreshold'))).toBe('ALARM')
    }
    expect(() => at(300_000, declared('tm99', 1))).toThrow('tm99')
    expect(() => at(300_000, declared('Sum', 1, 'LessThanOrEqualToThreshold'))).toThrow(
      'LessThanOr',
    )
  })

  it('of a table stays as it was when nothing is reported, unless the expression fills it', () => {
    const metric = {
      namespace: 'AWS/DynamoDB',
      metricName: 'M',
      stat: 'Sum',
      period: 300,
      dimensions: {},
    }
    const of = (expression: string) => ({
      ...{
        name: 'T',
        comparisonOperator: 'GreaterThanThreshold',
        threshold: 0,
        evaluationPeriods: 1,
      },
      treatMissingData: 'notBreaching',
      metricQueries: [
        { id: 'm', metric },
        { id: 'value', expression, returnData: true },
      ],
    })
    const store = createMetricStore()
    expect(evaluateAlarm(of('m'), store, 3_000_000, 'ALARM')).toBe('ALARM')
    expect(evaluateAlarm(of('FILL(m, 0)'), store, 3_000_000, 'ALARM')).toBe('OK')
  })
})
