import { describe, expect, it } from 'bun:test'
import { durationMs, isDuration } from '../../src/syntax/duration'
import { isBlankNode, isIri } from '../../src/syntax/iri'
import { mediaType } from '../../src/syntax/media-type'
import { isUtcMillis, toUtcMillis } from '../../src/syntax/timestamp'
import { isUuidUrn, uuidUrnVersion } from '../../src/syntax/uuid'
import { readList, readTable } from '../support/list'

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
    for (const line of readList('syntax', `${name}_valid.txt`)) {
      const [value = ''] = line.split(' => ')
      it(value, () => expect(recognises(value)).toBe(true))
    }
  })
  describe(`${name} refuses`, () => {
    for (const value of ['', ...readList('syntax', `${name}_invalid.txt`)]) {
      it(JSON.stringify(value), () => expect(recognises(value)).toBe(false))
    }
  })
}

describe('a timestamp is written in UTC with milliseconds', () => {
  for (const [value, utc] of readTable('=>', 'syntax', 'timestamp_valid.txt')) {
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
  for (const [value, ms] of readTable('=>', 'syntax', 'duration_valid.txt')) {
    it(value!, () => expect(durationMs(value!)).toBe(ms === 'none' ? undefined : Number(ms)))
  }

  it('unless there are more of them than a number holds exactly', () => {
    expect(durationMs('PT99999999999999999999S')).toBeUndefined()
  })
})

describe('uuid', () => {
  it('names its version', () => {
    const versions = readList('syntax', 'uuid_urn_valid.txt').map(uuidUrnVersion)
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
