import { describe, expect, it } from 'bun:test'
import { isOwed, owedFrom } from './owed'

type Owing = Parameters<typeof isOwed>[0]

/** Writes a webhook at these marks, once it is made at the first. */
function written(...marks: string[]): Owing {
  let webhook: Owing | undefined
  for (const mark of marks) webhook = { enabled: true, owed: owedFrom(mark, webhook) }
  return webhook!
}

const owes = (webhook: Owing, position: number) =>
  isOwed(webhook, ({ from, until = 'Infinity' }) => {
    return position >= Number(from) && position < Number(until)
  })

const switchedOff: Owing = { enabled: false, owed: [{ from: '5', until: '8' }] }
const stale = [{ from: '5', until: '8' }, { from: '10' }]

const cases: [string, Owing, { owed: number[]; notOwed: number[] }][] = [
  ['made', written('5'), { owed: [5, 6, 900], notOwed: [0, 4] }],
  ['made disabled', { ...written('5'), enabled: false }, { owed: [5, 900], notOwed: [0, 4] }],
  ['written since', written('5', '8', '12'), { owed: [5, 7, 8, 13], notOwed: [4] }],
  ['disabled in an earlier version', switchedOff, { owed: [5, 7], notOwed: [4, 8, 9] }],
  [
    'disabled in an earlier version and written since',
    { enabled: false, owed: owedFrom('12', switchedOff) },
    { owed: [5, 7, 12, 900], notOwed: [4, 8, 11] },
  ],
  [
    'disabled and enabled in an earlier version',
    { enabled: true, owed: stale },
    { owed: [5, 7, 10, 11], notOwed: [4, 8, 9] },
  ],
  [
    'disabled and enabled in an earlier version and written since',
    { enabled: false, owed: owedFrom('20', { enabled: true, owed: stale }) },
    { owed: [5, 7, 10, 19, 20], notOwed: [4, 8, 9] },
  ],
  ['of version 0.1.0, enabled', { enabled: true }, { owed: [0, 1, 1000], notOwed: [] }],
  ['of version 0.1.0, disabled', { enabled: false }, { owed: [], notOwed: [0, 1, 1000] }],
  [
    'of version 0.1.0, disabled since',
    { enabled: false, owed: owedFrom('7', { enabled: true }) },
    { owed: [0, 6, 7, 1000], notOwed: [] },
  ],
  [
    'of version 0.1.0, disabled then and enabled since',
    { enabled: true, owed: owedFrom('7', { enabled: false }) },
    { owed: [7, 8], notOwed: [0, 6] },
  ],
]

describe('A webhook is owed by position', () => {
  for (const [name, webhook, { owed, notOwed }] of cases) {
    it(`when it was ${name}`, () => {
      for (const position of owed) {
        expect([position, owes(webhook, position)]).toEqual([position, true])
      }
      for (const position of notOwed) {
        expect([position, owes(webhook, position)]).toEqual([position, false])
      }
    })
  }
})
