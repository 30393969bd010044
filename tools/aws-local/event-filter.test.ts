import { describe, expect, it } from 'bun:test'
import { eventFilter } from './event-filter'
import { rateOf } from './schedule'

const insert = { eventName: 'INSERT', dynamodb: { Keys: { k: { S: 'a' } } } }

const passing: [name: string, patterns: string[]][] = [
  ['there is no filter', []],
  ['the value is one of those wanted', ['{"eventName":["MODIFY","INSERT"]}']],
  ['a nested value is', ['{"dynamodb":{"Keys":{"k":{"S":["a"]}}}}']],
  ['one of several filters lets it', ['{"eventName":["REMOVE"]}', '{"eventName":["INSERT"]}']],
]
const stopped: [name: string, patterns: string[]][] = [
  ['the value is another', ['{"eventName":["REMOVE"]}']],
  ['the value is missing', ['{"userIdentity":{"type":["Service"]}}']],
  ['one part of the pattern is not met', ['{"eventName":["INSERT"],"dynamodb":{"x":[1]}}']],
]

describe('an event filter', () => {
  for (const [name, patterns] of passing) {
    it(`lets an event pass when ${name}`, () => {
      expect(eventFilter(patterns)(insert)).toBe(true)
    })
  }
  for (const [name, patterns] of stopped) {
    it(`stops an event when ${name}`, () => {
      expect(eventFilter(patterns)(insert)).toBe(false)
    })
  }
  it('is refused when it asks for more than equality', () => {
    expect(() => eventFilter(['{"eventName":[{"prefix":"IN"}]}'])).toThrow(
      'eventName asks for more',
    )
  })
})

const rates: [expression: string, ms: number][] = [
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(1 hour)', 3_600_000],
  ['rate(2 days)', 172_800_000],
]

describe('a schedule', () => {
  for (const [expression, ms] of rates) {
    it(`reads ${expression}`, () => {
      expect(rateOf(expression)).toBe(ms)
    })
  }
  it('is refused when it is of another kind', () => {
    expect(() => rateOf('cron(0 12 * * ? *)')).toThrow('only rate(…) is emulated')
  })
})
