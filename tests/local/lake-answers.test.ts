import { describe, expect, it } from 'bun:test'
import { openLake, openServingLake } from '../../src/platform/local/lake'
import { askLake } from '../../src/query/ask-lake'
import { jsonText } from '../../src/syntax/json-text'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'

// Each value of an answer has one type in JSON and one form, whatever it is and wherever it is asked.

const SUMMER = `TIMESTAMPTZ '2026-07-01 23:30:00.25+00'`
const values: [sql: string, json: string][] = [
  ['1::BIGINT', '1'],
  ['9007199254740991::BIGINT', '9007199254740991'],
  ['9007199254740993::BIGINT', '9007199254740993'],
  ['(-9223372036854775808)::BIGINT', '-9223372036854775808'],
  ['18446744073709551615::UBIGINT', '18446744073709551615'],
  ['170141183460469231731687303715884105727::HUGEINT', '170141183460469231731687303715884105727'],
  ['(SELECT sum(n) FROM range(3) AS t(n))', '3'],
  ['(SELECT count(*) FROM events)', '0'],
  ['[1::BIGINT, 9007199254740993]', '[1,9007199254740993]'],
  ['{a: 9007199254740993::BIGINT}', '{"a":9007199254740993}'],
  ['NULL::BIGINT', 'null'],
  ['0.5::DOUBLE', '0.5'],
  [SUMMER, '"2026-07-01T23:30:00.250Z"'],
  [`[${SUMMER}]`, '["2026-07-01T23:30:00.250Z"]'],
  [`{t: ${SUMMER}}`, '{"t":"2026-07-01T23:30:00.250Z"}'],
  [`max(${SUMMER})`, '"2026-07-01T23:30:00.250Z"'],
  [`TIMESTAMPTZ '2026-07-01 23:30:00.000001+00'`, '"2026-07-01T23:30:00.000001Z"'],
  [`TIMESTAMPTZ '1969-12-31 23:59:59.999+00'`, '"1969-12-31T23:59:59.999Z"'],
  [`TIMESTAMP '2026-07-01 23:30:00'`, '"2026-07-01T23:30:00.000"'],
  [`TIMESTAMP_S '2026-07-01 23:30:00'`, '"2026-07-01T23:30:00.000"'],
  [`TIMESTAMP_MS '2026-07-01 23:30:00.5'`, '"2026-07-01T23:30:00.500"'],
  [`TIMESTAMP_NS '2026-07-01 23:30:00.000000001'`, '"2026-07-01T23:30:00.000000001"'],
  [`'infinity'::TIMESTAMPTZ`, '"infinity"'],
  [`DATE '2026-07-01'`, '"2026-07-01"'],
]

// The same instants, cut into days by the clock that is asked for.
const days: [timezone: string | undefined, day: string, midnight: string][] = [
  [undefined, '2026-07-01', '2026-07-01T00:00:00.000Z'],
  ['UTC', '2026-07-01', '2026-07-01T00:00:00.000Z'],
  ['Europe/Berlin', '2026-07-02', '2026-07-01T22:00:00.000Z'],
  ['america/new_york', '2026-07-01', '2026-07-01T04:00:00.000Z'],
  ['Asia/Kathmandu', '2026-07-02', '2026-07-01T18:15:00.000Z'],
]
const dayOf = `SELECT CAST(${SUMMER} AS date), date_trunc('day', ${SUMMER}), ${SUMMER}`

const places = {
  'in the process of the CLI': openLake,
  'in a process beside the server': openServingLake,
}

for (const [place, open] of Object.entries(places)) {
  describe(`an answer of DuckDB ${place}`, () => {
    it('has one JSON type and one form for each type of SQL', async () => {
      using folder = temporaryFolder()
      await using lake = open(folder.path)
      const sql = `SELECT ${values.map(([value]) => value).join(', ')}`
      const { rows } = await askLake(lake, { reader: 'operator', sql })
      expect(rows[0]!.map((value) => jsonText(value))).toEqual(values.map(([, json]) => json))
    })

    it('has the days of the time zone that is asked for, and times in UTC', async () => {
      using folder = temporaryFolder()
      await using lake = open(folder.path)
      for (const [timezone, day, midnight] of days) {
        const { rows } = await askLake(lake, { reader: 'operator', sql: dayOf, timezone })
        expect([timezone, ...rows[0]!]).toEqual([
          timezone,
          day,
          midnight,
          '2026-07-01T23:30:00.250Z',
        ])
      }
    })
  })
}

it('refuses a time zone that there is not, by its name', async () => {
  using folder = temporaryFolder()
  await using lake = openLake(folder.path)
  for (const timezone of ['Mars/Olympus', '', ' ', '+01:00', 'UTC+1', `UTC'; SELECT 1`]) {
    const refusal = askLake(lake, { reader: 'operator', sql: 'SELECT 1', timezone })
    await expect(refusal).rejects.toThrow(`There is no time zone ${JSON.stringify(timezone)}`)
  }
})

it('answers in UTC whatever the time zone of the machine', async () => {
  using folder = temporaryFolder()
  await Bun.write(`${folder.path}/nonius.db`, '')
  const sql = `${dayOf}, TIMESTAMP '2026-07-01 23:30:00' AT TIME ZONE 'UTC', current_setting('TimeZone')`
  const asked = ['query', sql, '-f', 'ndjson', '-d', folder.path]
  const [utc, tokyo] = await Promise.all(
    ['UTC', 'Asia/Tokyo'].map((TZ) => nonius(asked, { env: { TZ } })),
  )
  expect(tokyo!.stdout).toBe(utc!.stdout)
  expect(Object.values(JSON.parse(tokyo!.stdout)).at(-1)).toBe('UTC')
})
