import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { oddJson } from '../../tests/support/odd-json'
import { sqlJson } from './sql-json'

const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Returns the same value with U+FFFD for every half of a pair, in texts and in names. */
function whole(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(HALF, '\ufffd')
  if (Array.isArray(value)) return value.map(whole)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [whole(key), whole(one)]))
}

describe('JSON for SQL', () => {
  for (const [name, text] of Object.entries(oddJson)) {
    it(`parses, and stays as it is from then on: ${name}`, () => {
      const safe = sqlJson(text)
      const value = JSON.parse(safe) as object
      expect(whole(value)).toEqual(value)
      for (const key of Object.keys(value)) expect(key.length).toBeLessThanOrEqual(50_000)
      expect(sqlJson(safe)).toBe(safe)
    })
  }

  it('leaves alone what every engine takes', () => {
    const changed = Object.keys(oddJson).filter((name) => sqlJson(oddJson[name]!) !== oddJson[name])
    expect(changed).toEqual([
      'a high half',
      'a low half',
      'halves in the wrong order',
      'a half before a pair',
      'a half before an escape',
      'a half in a name',
      'a half after a backslash',
      'a half beside a low letter',
      'an exponent with zeros',
      'an exponent of 1,100 digits',
      '1,001 digits',
      '20,000 digits',
      '20,000 digits of a fraction',
      '2,000 zeros',
      'a name of 50,001 letters',
      'a name of 300,000 letters',
      'a name of 60,000 escapes',
      'what an attacker would write',
    ])
  })

  it('keeps what long numbers are worth', () => {
    const long = {
      [`-${'7'.repeat(1001)}`]: `-7.${'7'.repeat(39)}e1000`,
      [`0.${'0'.repeat(2000)}12`]: '1.2e-2001',
      [`1e${'0'.repeat(1000)}5`]: '1.0e5',
      [`12.${'0'.repeat(1000)}E-3`]: `1.2${'0'.repeat(38)}e-2`,
      [`-0.${'0'.repeat(1001)}`]: '-0',
      [`1e${'9'.repeat(1000)}`]: '1.0e999999999',
    }
    for (const [sent, seen] of Object.entries(long)) {
      expect(sqlJson(`{"a":[1,${sent}],"b":${sent}}`)).toBe(`{"a":[1,${seen}],"b":${seen}}`)
    }
  })

  it('says the same of any value, however it is escaped', () => {
    const unit = fc.oneof(
      fc.constantFrom('\\ud83d', '\\ude00', '\\uD800', '\\\\', '\\"', '\\u0041', '\\n', 'x', '😀'),
      fc.constantFrom('ud800', '\\\\ud800', '7', ':', '{', '\\/'),
    )
    const text = fc.array(unit, { maxLength: 12 }).map((units) => `"${units.join('')}"`)
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.constantFrom('1', '-0.5e3', 'null', 'true', '[]'),
        fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items}]`),
        fc
          .array(fc.tuple(text, tie('json')), { maxLength: 3 })
          .map((members) => `{${members.map(([name, value]) => `${name}:${value}`)}}`),
      ),
    }))
    fc.assert(
      fc.property(json, (sent) => {
        expect(JSON.parse(sqlJson(sent))).toEqual(whole(JSON.parse(sent)))
      }),
      { numRuns: 2000 },
    )
  })
})
