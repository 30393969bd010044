import { describe, expect, it } from 'bun:test'
import { readRate } from './rate'

const valid: [text: string, most: number, windowMs: number][] = [
  ['200/minute', 200, 60_000],
  ['1/second', 1, 1_000],
  ['600 / minute', 600, 60_000],
  ['10 per minute', 10, 60_000],
  ['5/2 hours', 5, 7_200_000],
  ['100/15minutes', 100, 900_000],
  ['1000000000/day', 1_000_000_000, 86_400_000],
  ['7/MINUTE', 7, 60_000],
]

const invalid = [
  ...['', 'abc', '0/minute', '1/0 minutes', '1/0', '1/minut', '1/week', '1.5/minute', '-1/minute'],
  ...['1e3/minute', '1000000001/day', '10000000000/day', '1/2 days', '/minute', '1/', '1 minute'],
  ...['1/minute/second', 'Infinity/minute', 'NaN/minute', '٣/minute', '1/minute\u0000', 'off'],
]

describe('a rate', () => {
  for (const [text, most, windowMs] of valid) {
    it(`is read from ${text}`, () => expect(readRate(text)).toEqual({ most, windowMs }))
  }
  for (const text of invalid) {
    it(`is not read from ${JSON.stringify(text)}`, () => expect(readRate(text)).toBeUndefined())
  }
})
