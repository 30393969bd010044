import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readList, readTable } from '../../tests/support/list'
import { durationMs, isDuration } from './duration'
import { isBlankNode, isIri, isIriByOneSet, isIriBySmallSets } from './iri'
import { mediaType } from './media-type'
import { isUtcMillis, toUtcMillis } from './timestamp'
import { isRandomUuidUrn, isUuidUrn, uuidUrnVersion } from './uuid'

const recognisers = {
  iri: isIri,
  blank_node: isBlankNode,
  uuid_urn: isUuidUrn,
  utc_millis: isUtcMillis,
  timestamp: (value: string) => toUtcMillis(value) !== undefined,
  duration: isDuration,
}

for (const [name, recognises] of Object.entries(recognisers)) {
  describe(`${name} recognises`, () => {
    for (const line of readList(import.meta.dir, `examples/${name}_valid.txt`)) {
      const [value = ''] = line.split(' => ')
      it(value, () => expect(recognises(value)).toBe(true))
    }
  })
  describe(`${name} refuses`, () => {
    for (const value of ['', ...readList(import.meta.dir, `examples/${name}_invalid.txt`)]) {
      it(JSON.stringify(value), () => expect(recognises(value)).toBe(false))
    }
  })
}

describe('a timestamp is written in UTC with milliseconds', () => {
  for (const [value, utc] of readTable('=>', import.meta.dir, 'examples/timestamp_valid.txt')) {
    it(value!, () => expect(toUtcMillis(value!)).toBe(utc))
  }

  it('for every day of four centuries, as Date has it', () => {
    const last = Date.UTC(2400, 0, 1)
    for (let day = Date.UTC(2000, 0, 1); day < last; day += 86_400_000) {
      const text = new Date(day).toISOString()
      expect(toUtcMillis(text)).toBe(text)
      expect(toUtcMillis(text.replace('.000Z', '+00:00'))).toBe(text)
    }
  })
})

describe('a duration is counted in milliseconds', () => {
  for (const [value, ms] of readTable('=>', import.meta.dir, 'examples/duration_valid.txt')) {
    it(value!, () => expect(durationMs(value!)).toBe(ms === 'none' ? undefined : Number(ms)))
  }

  it('unless there are more of them than a number holds exactly', () => {
    expect(durationMs('PT99999999999999999999S')).toBeUndefined()
  })
})

describe('uuid', () => {
  it('names its version', () => {
    const versions = readList(import.meta.dir, 'examples/uuid_urn_valid.txt').map(uuidUrnVersion)
    expect(versions).toEqual([4, 4, 4, 1, 5, 7, 0])
  })
})

describe('a media type is read without its parameters', () => {
  const headers: [string | undefined, string | undefined][] = [
    ['application/json', 'application/json'],
    ['Application/JSON; charset=utf-8', 'application/json'],
    [' application/json ;a="b;c"', 'application/json'],
    ['application/vnd.api+json', 'application/vnd.api+json'],
    ['application/json, text/plain', undefined],
    ['application', undefined],
    ['application/', undefined],
    ['', undefined],
    [undefined, undefined],
  ]
  for (const [header, type] of headers) {
    it(String(header), () => expect(mediaType(header)).toBe(type!))
  }
})

describe('the fast recognisers say what a plain pattern says', () => {
  // These patterns follow RFC 3986 and 3987 as one may read them, and RFC 9562.
  const iri = /^[A-Za-z][A-Za-z0-9+.-]*:[^\0-\x20<>"{}|\\^`\x7f-\x9f]+$/
  const uuidUrn = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

  // The generator often gives characters of Latin-1, and now and then any other.
  const char = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...'https:/urnabc.-+019') },
    { weight: 2, arbitrary: fc.nat(0xff).map((code) => String.fromCharCode(code)) },
    { weight: 1, arbitrary: fc.nat(0xffff).map((code) => String.fromCharCode(code)) },
  )
  const text = fc.string({ unit: char, maxLength: 70 })
  const start = fc.constantFrom('', 'https://', 'http:', 'urn:', 'x:', '1x:', ':', ' https://')

  it('of IRIs, in every engine', () => {
    const property = fc.property(start, text, (start, rest) => {
      const expected = iri.test(start + rest)
      expect(isIriByOneSet(start + rest)).toBe(expected)
      expect(isIriBySmallSets(start + rest)).toBe(expected)
    })
    fc.assert(property, { numRuns: 5_000 })
  })

  it('of each character of an IRI alone, at each of the places that V8 looks at in one step', () => {
    for (let code = 0; code <= 0xffff; code += code < 0x200 ? 1 : 251) {
      for (let before = 0; before < 18; before += 1) {
        const value = `x:${'a'.repeat(before)}${String.fromCharCode(code)}${'b'.repeat(20)}`
        expect([value, isIriBySmallSets(value)]).toEqual([value, iri.test(value)])
        expect([value, isIriByOneSet(value)]).toEqual([value, iri.test(value)])
      }
    }
  })

  it('of UUIDs, with any character in any place', () => {
    const one = 'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211'
    const property = fc.property(fc.nat(one.length), char, fc.boolean(), (at, char, isPut) => {
      const value = one.slice(0, at) + char + one.slice(isPut ? at : at + 1)
      expect(isUuidUrn(value)).toBe(uuidUrn.test(value))
      expect(isRandomUuidUrn(value)).toBe(uuidUrn.test(value) && uuidUrnVersion(value) === 4)
    })
    fc.assert(property, { numRuns: 5_000 })
  })

  it('of times, with any number in any place', () => {
    const part = (most: number, width: number) =>
      fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(width, '0'))
    const parts = fc.tuple(
      part(9999, 4),
      part(14, 2),
      part(33, 2),
      part(25, 2),
      part(61, 2),
      part(61, 2),
    )
    const property = fc.property(parts, ([year, month, day, hour, minute, second]) => {
      const value = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
      const time = new Date(value)
      const isTime = !Number.isNaN(time.getTime()) && time.toISOString() === value
      expect([value, isUtcMillis(value)]).toEqual([value, isTime && year !== '0000'])
    })
    fc.assert(property, { numRuns: 5_000 })
  })
})
