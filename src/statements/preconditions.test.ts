import { describe, expect, it } from 'bun:test'
import { asPutCondition, hold, type Preconditions, parseTags } from './preconditions'

const sha1 = '0123456789abcdef0123456789abcdef01234567'

const headers: [header: string, tags: ReturnType<typeof parseTags>][] = [
  ['*', '*'],
  [' * ', '*'],
  ['"a"', ['a']],
  ['""', ['']],
  ['W/"a"', ['a']],
  ['"a","b"', ['a', 'b']],
  ['"a" , W/"b",\t"c"', ['a', 'b', 'c']],
  ['"a,b"', ['a,b']],
  [sha1, [sha1]],
  [`"${sha1}"`, [sha1]],
  ['', undefined],
  ['a', undefined],
  ['"a', undefined],
  ['"a" "b"', undefined],
  ['"a",', undefined],
  ['*, "a"', undefined],
  ['w/"a"', undefined],
  ['"a b"', undefined],
  [sha1.slice(1), undefined],
]

describe('a list of entity tags', () => {
  for (const [header, tags] of headers) {
    it(`${JSON.stringify(header)} is ${JSON.stringify(tags)}`, () => {
      expect(parseTags(header)).toEqual(tags)
    })
  }

  it('is not read when it is endless', () => {
    expect(parseTags(Array(2000).fill('"a"').join())).toHaveLength(2000)
    expect(parseTags(Array(2100).fill('"a"').join())).toBeUndefined()
  })
})

const a = ['a']
const cases: [given: Preconditions, onNone: boolean, onA: boolean, onB: boolean][] = [
  [{}, true, true, true],
  [{ ifMatch: '*' }, false, true, true],
  [{ ifMatch: a }, false, true, false],
  [{ ifMatch: ['a', 'b'] }, false, true, true],
  [{ ifNoneMatch: '*' }, true, false, false],
  [{ ifNoneMatch: a }, true, false, true],
  [{ ifMatch: '*', ifNoneMatch: a }, false, false, true],
]

describe('preconditions', () => {
  for (const [given, ...expected] of cases) {
    it(`${JSON.stringify(given)} hold as RFC 9110, 13.1, says`, () => {
      expect([undefined, 'a', 'b'].map((etag) => hold(given, etag))).toEqual(expected)
    })
  }

  it('become the condition of a put where that can say them', () => {
    const conditions = cases.map(([given]) => asPutCondition(given))
    expect(conditions).toEqual([
      undefined,
      { ifMatch: '*' },
      { ifMatch: 'a' },
      undefined,
      { ifNoneMatch: '*' },
      undefined,
      undefined,
    ])
  })
})
