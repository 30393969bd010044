import { describe, expect, it } from 'bun:test'
import { isOwed, mayBeOwed, owedWhen } from './owed'

/** Turns a webhook on and off at these marks, the first of which makes it. */
function switched(...marks: [enabled: boolean, mark: string][]) {
  let webhook = { enabled: false, owed: [] as ReturnType<typeof owedWhen> }
  for (const [place, [enabled, mark]] of marks.entries()) {
    webhook = { enabled, owed: owedWhen(enabled, mark, place === 0 ? undefined : webhook) }
  }
  return webhook
}

const owes = (webhook: Parameters<typeof isOwed>[0], position: number) =>
  isOwed(webhook, ({ from, until = 'Infinity' }) => {
    return position >= Number(from) && position < Number(until)
  })

const cases: [string, Parameters<typeof isOwed>[0], { owed: number[]; notOwed: number[] }][] = [
  ['made on', switched([true, '5']), { owed: [5, 6, 900], notOwed: [0, 4] }],
  ['made off', switched([false, '5']), { owed: [], notOwed: [4, 5, 6] }],
  ['switched off', switched([true, '5'], [false, '8']), { owed: [5, 7], notOwed: [4, 8, 9] }],
  [
    'switched off and on while the feed is behind',
    switched([true, '5'], [false, '8'], [true, '10']),
    { owed: [5, 7, 10, 11], notOwed: [4, 8, 9] },
  ],
  ['switched on twice', switched([true, '5'], [true, '9']), { owed: [5, 6, 9], notOwed: [4] }],
  [
    'switched off twice',
    switched([true, '5'], [false, '7'], [false, '9']),
    { owed: [6], notOwed: [7, 8, 9] },
  ],
  ['of version 0.1.0, enabled', { enabled: true }, { owed: [0, 1, 1000], notOwed: [] }],
  ['of version 0.1.0, disabled', { enabled: false }, { owed: [], notOwed: [0, 1, 1000] }],
  [
    'of version 0.1.0, switched off since',
    { enabled: false, owed: owedWhen(false, '7', { enabled: true }) },
    { owed: [0, 6], notOwed: [7] },
  ],
]

describe('A webhook is owed by position', () => {
  for (const [name, webhook, { owed, notOwed }] of cases) {
    it(`when it was ${name}`, () => {
      for (const position of owed)
        expect([position, owes(webhook, position)]).toEqual([position, true])
      for (const position of notOwed) {
        expect([position, owes(webhook, position)]).toEqual([position, false])
      }
      expect(mayBeOwed(webhook)).toBe(owed.length > 0)
    })
  }

  it('and remembers the last ten times that it was on', () => {
    const marks = Array.from({ length: 50 }, (_, at): [boolean, string] => [at % 2 === 0, `${at}`])
    expect(switched(...marks).owed).toHaveLength(10)
  })
})
