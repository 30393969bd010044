import { describe, expect, it } from 'bun:test'
import { readEnd, readOverlap } from './lifetime'

const now = new Date('2026-11-28T22:15:00.000Z')

const ends: [text: string, end: string][] = [
  ['1m', '2026-11-28T22:16:00.000Z'],
  ['24h', '2026-11-29T22:15:00.000Z'],
  ['90d', '2027-02-26T22:15:00.000Z'],
  ['2027-01-31', '2027-01-31T00:00:00.000Z'],
  ['2027-01-31T12:00:00+01:00', '2027-01-31T11:00:00.000Z'],
  ['2026-11-28T22:15:00.001Z', '2026-11-28T22:15:00.001Z'],
]
const noEnds = ['', '0m', '2026-11-28', '2026-11-28T22:15:00Z', '2027-02-30', 'never', '-1d', '90']
noEnds.push('3651d', '2037-01-01', '9999-12-31', '999999d', '2027-1-31', '31.01.2027')

describe('the end of a key', () => {
  for (const [text, end] of ends) {
    it(`is ${end} for ${text}`, () => expect(readEnd(text, now)).toBe(end))
  }
  for (const text of noEnds) {
    it(`is not ${JSON.stringify(text)}`, () => expect(readEnd(text, now)).toBeUndefined())
  }
})

describe('an overlap', () => {
  for (const [text, ms] of [
    ['0m', 0],
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['90d', 7_776_000_000],
  ] as const) {
    it(`of ${text} is ${ms} ms`, () => expect(readOverlap(text)).toBe(ms))
  }
  for (const text of ['91d', '2161h', '', '24', '-1h', 'tomorrow', '2027-01-31']) {
    it(`is not ${JSON.stringify(text)}`, () => expect(readOverlap(text)).toBeUndefined())
  }
})
