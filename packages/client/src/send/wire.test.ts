import { describe, expect, it } from 'bun:test'
import { attempt } from '../page'
import { readReceipt } from './wire'

const sent = ['a', 'b', 'c'].map((id) => ({ id, text: id }))
const base = { requestId: 'r', eventCount: 3, eventIds: ['a', 'b', 'c'], quarantined: [] }
const errors = [{ message: 'Required' }]

const cases: [
  what: string,
  answer: unknown,
  stored: string[] | undefined,
  quarantined?: string[],
][] = [
  ['all of it', base, ['a', 'b', 'c']],
  ['in another order, with others', { ...base, eventIds: ['x', 'c', 'a', 'b'] }, ['a', 'b', 'c']],
  ['fewer', { ...base, eventCount: 2, eventIds: ['a', 'c'] }, ['a', 'c']],
  ['none', { ...base, eventCount: 0, eventIds: [] }, []],
  ['numbers alone', { ...base, eventIds: [] }, ['a', 'b', 'c']],
  ['numbers alone, and fewer', { ...base, eventCount: 2, eventIds: [] }, []],
  ['for later', { ...base, eventCount: 0, eventIds: [], acceptedForLater: 3 }, ['a', 'b', 'c']],
  [
    'one in quarantine',
    { ...base, eventCount: 2, eventIds: ['a', 'c'], quarantined: [{ index: 1, errors }] },
    ['a', 'c'],
    ['b'],
  ],
  [
    'one in quarantine whose id is held',
    { ...base, eventCount: 2, quarantined: [{ index: 1, errors }] },
    ['a', 'c'],
    ['b'],
  ],
  ['a place that there is not', { ...base, quarantined: [{ index: 9, errors }] }, ['a', 'b', 'c']],
  ['with what no receipt has', { ...base, quarantined: 'x', more: 1 }, ['a', 'b', 'c']],
  ['a page', '<html>Log in</html>', undefined],
  ['nothing', '', undefined],
  ['null', null, undefined],
  ['a list', [], undefined],
  ['another JSON', { ok: true }, undefined],
  ['minimal', {}, undefined],
  ['without ids', { requestId: 'r', eventCount: 3 }, undefined],
]

describe('a receipt acknowledges', () => {
  for (const [what, answer, stored = [], quarantined = []] of cases) {
    it(`${what}: ${stored}`, () => {
      const outcomes = attempt(() => readReceipt(answer, sent)) ?? []
      const named = (is: (outcome: unknown) => boolean) =>
        sent.filter((_, at) => is(outcomes[at])).map(({ id }) => id)
      expect(named((outcome) => outcome === true)).toEqual(stored)
      expect(named((outcome) => typeof outcome === 'object')).toEqual(quarantined)
    })
  }
})
