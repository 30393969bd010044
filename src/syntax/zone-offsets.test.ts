import { describe, expect, it } from 'bun:test'
import { offsetsOf } from './zone-offsets'

const of = (zone: string, from: string, to: string) =>
  offsetsOf(zone, Date.parse(from), Date.parse(to)).map(
    ({ from: at, minutes }) => `${new Date(at).toISOString()} ${minutes}`,
  )

const year = ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'] as const
const zones: [zone: string, from: string, to: string, ...found: string[]][] = [
  ['UTC', ...year, '2026-01-01T00:00:00.000Z 0'],
  ['Asia/Kathmandu', ...year, '2026-01-01T00:00:00.000Z 345'],
  [
    'Europe/Berlin',
    ...year,
    '2026-01-01T00:00:00.000Z 60',
    '2026-03-29T01:00:00.000Z 120',
    '2026-10-25T01:00:00.000Z 60',
  ],
  [
    'Australia/Lord_Howe',
    ...year,
    '2026-01-01T00:00:00.000Z 660',
    '2026-04-04T15:00:00.000Z 630',
    '2026-10-03T15:30:00.000Z 660',
  ],
  // A Friday was left out.
  [
    'Pacific/Apia',
    ...(['2011-12-01T00:00:00Z', '2012-01-20T00:00:00Z'] as const),
    '2011-12-01T00:00:00.000Z -600',
    '2011-12-30T10:00:00.000Z 840',
  ],
  // Ramadan has the other time.
  [
    'Africa/Casablanca',
    ...year,
    '2026-01-01T00:00:00.000Z 60',
    '2026-02-15T02:00:00.000Z 0',
    '2026-03-22T02:00:00.000Z 60',
  ],
]

describe('offsets of a zone', () => {
  for (const [zone, from, to, ...found] of zones) {
    it(`are found in ${zone} from ${from.slice(0, 10)} on`, () => {
      expect(of(zone, from, to)).toEqual(found)
    })
  }

  it('are found in no zone that is none', () => {
    expect(() => offsetsOf('Mars/Base', 0, 1)).toThrow(RangeError)
  })
})
