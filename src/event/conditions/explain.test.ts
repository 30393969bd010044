import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { someCondition, someRecord } from '../../../tests/support/conditions'
import { aRecord } from '../../../tests/support/webhooks'
import type { Condition } from '../condition'
import { explain } from './explain'
import { matcherOf } from './match'
import { subjectOf } from './subject'

const record = aRecord({
  type: 'ViewEvent',
  score: 0.7,
  success: true,
  membershipRoles: ['Learner', 'Mentor'],
  eventTime: '2026-11-29T08:00:00.000Z',
  raw: JSON.stringify({
    payload: {
      score: 0.7,
      text: '0.7',
      when: '2026-11-29T09:00:00+01:00',
      nothing: null,
      empty: [],
      object: { a: 1 },
      list: [1, 2, 3, 4, 5, 6, 7],
      name: 'Ada Lovelace',
      long: 'x'.repeat(1000),
    },
  }),
})

const held: [condition: Condition, message: string][] = [
  [{ path: 'type', equals: 'ViewEvent' }, 'type is ViewEvent'],
  [{ path: 'type', in: ['A', 'ViewEvent'] }, 'type is ViewEvent: one of A, ViewEvent'],
  [{ path: 'type', prefix: 'View' }, 'type is ViewEvent: beginning with View'],
  [{ path: 'groupId', equals: null }, 'groupId has no value: null'],
  [{ path: 'payload.nothing', equals: null }, 'payload.nothing is null'],
  [{ path: 'score', gt: 0.5 }, 'score is 0.7: more than 0.5'],
  [
    { path: 'payload.score', gte: 0.5, lt: 1 },
    'payload.score is 0.7: at least 0.5 and less than 1',
  ],
  [{ path: 'success', equals: true }, 'success is true'],
  [{ path: 'membershipRoles', equals: 'Mentor' }, 'membershipRoles has Learner, Mentor: Mentor'],
  [{ path: 'payload.score', exists: true }, 'payload.score is there: 0.7'],
  [{ path: 'payload.object', exists: true }, 'payload.object is there'],
  [{ path: 'payload.x', exists: false }, 'payload.x is not there'],
  [{ path: 'payload.list', exists: true }, 'payload.list is there: 1, 2, 3, 4, 5 and 2 more'],
  [
    { path: 'payload.when', lte: '2026-11-29T08:00:00Z' },
    'payload.when is 2026-11-29T09:00:00+01:00: at most 2026-11-29T08:00:00Z',
  ],
]

const failed: [condition: Condition, message: string][] = [
  [{ path: 'type', equals: 'GradeEvent' }, 'type is ViewEvent, not GradeEvent'],
  [{ path: 'type', in: ['GradeEvent'] }, 'type is ViewEvent, not one of GradeEvent'],
  [{ path: 'type', in: [] }, 'type is ViewEvent, not one of none'],
  [{ path: 'type', prefix: 'Grade' }, 'type is ViewEvent, not beginning with Grade'],
  [{ path: 'payload.score', lt: 0.5 }, 'payload.score is 0.7, not less than 0.5'],
  [{ path: 'payload.text', equals: 0.7 }, 'payload.text is "0.7", not 0.7'],
  [
    { path: 'payload.text', lt: 0.5 },
    'payload.text is "0.7", which is no number: not less than 0.5',
  ],
  [{ path: 'payload.score', gt: '0' }, 'payload.score is 0.7, which is no text: not more than "0"'],
  [
    { path: 'payload.score', prefix: '0' },
    'payload.score is 0.7, which is no text: not beginning with "0"',
  ],
  [
    { path: 'payload.name', gt: '2026-11-29' },
    'payload.name is "Ada Lovelace", which is no time: not more than "2026-11-29"',
  ],
  [{ path: 'payload.name', equals: 'Ada' }, 'payload.name is "Ada Lovelace", not Ada'],
  [{ path: 'groupId', equals: 'g' }, 'groupId has no value, asked is g'],
  [{ path: 'payload.x', lt: 1 }, 'payload.x has no value, asked is less than 1'],
  [{ path: 'payload.x', exists: true }, 'payload.x is not there'],
  [{ path: 'payload.score', exists: false }, 'payload.score is there: 0.7'],
  [
    { path: 'payload.object', equals: 1 },
    'payload.object has no value that can be compared, asked is 1',
  ],
  [
    { path: 'payload.empty', equals: 1 },
    'payload.empty has no value that can be compared, asked is 1',
  ],
  [{ path: 'payload.list', equals: 9 }, 'payload.list has 1, 2, 3, 4, 5 and 2 more, not 9'],
  [{ path: 'payload.long', equals: 'y' }, `payload.long is ${'x'.repeat(80)}…, not y`],
  [{ path: 'payload.nothing', equals: 'null' }, 'payload.nothing is null, not "null"'],
]

describe('A part of a condition is explained', () => {
  for (const [holds, cases] of [
    [true, held],
    [false, failed],
  ] as const) {
    for (const [condition, message] of cases) {
      it(message.slice(0, 100), () => {
        expect(explain(condition, subjectOf(record))).toEqual([{ path: [], holds, message }])
      })
    }
  }
})

const yes = (n: number): Condition => ({ path: 'score', lt: n })
const isView = 'type is ViewEvent'

const groups: [condition: Condition, reasons: string[]][] = [
  [
    { all: [yes(1), yes(2)] },
    [
      '+ : all: 2 of 2 hold',
      '+ all.0: score is 0.7: less than 1',
      '+ all.1: score is 0.7: less than 2',
    ],
  ],
  [{ all: [yes(1), yes(0)] }, ['- : all: 1 of 2 holds', '- all.1: score is 0.7, not less than 0']],
  [{ all: [] }, ['+ : all: 0 of 0 hold']],
  [{ any: [yes(0), yes(1)] }, ['+ : any: 1 of 2 holds', '+ any.1: score is 0.7: less than 1']],
  [{ any: [yes(0)] }, ['- : any: 0 of 1 hold', '- any.0: score is 0.7, not less than 0']],
  [{ any: [] }, ['- : any: 0 of 0 hold']],
  [
    { not: { path: 'type', equals: 'ViewEvent' } },
    ['- : not: what it denies holds', `+ not: ${isView}`],
  ],
  [
    { not: { any: [yes(0), { not: { path: 'type', equals: 'ViewEvent' } }] } },
    [
      '+ : not: what it denies does not hold',
      '- not: any: 0 of 2 hold',
      '- not.any.0: score is 0.7, not less than 0',
      '- not.any.1: not: what it denies holds',
      `+ not.any.1.not: ${isView}`,
    ],
  ],
]

describe('A condition of several parts is explained', () => {
  for (const [condition, reasons] of groups) {
    it(JSON.stringify(condition), () => {
      const said = explain(condition, subjectOf(record)).map(
        ({ path, holds, message }) => `${holds ? '+' : '-'} ${path.join('.')}: ${message}`,
      )
      expect(said).toEqual(reasons)
    })
  }

  it('by reasons that fare as the condition does, whatever it is', () => {
    fc.assert(
      fc.property(someCondition, someRecord, (condition, record) => {
        const subject = subjectOf(record)
        const [first, ...more] = explain(condition, subject)
        expect(first).toMatchObject({ path: [], holds: matcherOf(condition)(subject) })
        for (const { path, holds, message } of more) {
          const part = path.reduce<never>((at, step) => at[step], condition as never)
          expect(matcherOf(part as Condition)(subject)).toBe(holds)
          expect(message).not.toContain('undefined')
        }
      }),
      { numRuns: 300 },
    )
  })
})
