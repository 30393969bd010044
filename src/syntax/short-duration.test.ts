import { describe, expect, it } from 'bun:test'
import { parseShortDuration } from './short-duration'

const valid: [text: string, ms: number][] = [
  ['0m', 0],
  ['1m', 60_000],
  ['30m', 1_800_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['999999d', 86_399_913_600_000],
]
const invalid = ['', '24', 'h', '24 h', '-1h', '+1h', '1.5h', '1e3h', '24H', '24hours', '7w', '10s']
invalid.push('1h30m', '1000000d', ' 1h', '1h\n', '١h', 'P1D')

describe('a duration', () => {
  for (const [text, ms] of valid) {
    it(`of ${text} is ${ms} ms`, () => expect(parseShortDuration(text)).toBe(ms))
  }
  for (const text of invalid) {
    it(`is not ${JSON.stringify(text)}`, () => expect(parseShortDuration(text)).toBeUndefined())
  }
})
