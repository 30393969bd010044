import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readTable } from '../../tests/support/list'
import { contentDigest } from '../event/content'
import { canonicalJson } from './canonical-json'

describe('canonical JSON', () => {
  for (const [one, other] of readTable('=>', import.meta.dir, 'examples/json_same.txt')) {
    it(`is one text for ${one} and ${other}`, () => {
      expect(canonicalJson(one!)).toBe(canonicalJson(other!))
    })
  }

  for (const [one, other] of readTable('=>', import.meta.dir, 'examples/json_different.txt')) {
    it(`tells ${one} from ${other}`, () => {
      expect(canonicalJson(one!)).not.toBe(canonicalJson(other!))
    })
  }

  it('does not depend on the order of keys, white space or how often it is applied', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const canonical = canonicalJson(text)
        expect(canonicalJson(canonical)).toBe(canonical)
        expect(canonicalJson(shuffled(text))).toBe(canonical)
      }),
    )
  })

  it('does not depend on how a number is written, here or in a neighbour', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.stringify([value, 1])
        const exact = JSON.stringify([value, 0]).replace(/0\]$/, '10e-1]')
        expect(canonicalJson(exact)).toBe(canonicalJson(plain))
      }),
    )
  })

  it('says the same as the text it was made from', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        expect(JSON.parse(canonicalJson(text))).toEqual(JSON.parse(JSON.stringify(positive(text))))
      }),
    )
  })

  it('learns the shapes of objects anew when somebody has brought thousands', () => {
    for (let n = 0; n < 10_000; n += 1) {
      expect(canonicalJson(`{"z${n}":1,"a":{"k${n}":2}}`)).toBe(`{"a":{"k${n}":2},"z${n}":1}`)
    }
    const many = Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [`k${n}`, n]))
    expect(canonicalJson(JSON.stringify(many))).toBe(canonicalJson(shuffled(JSON.stringify(many))))
    expect(canonicalJson('{"b":1,"a":2}')).toBe('{"a":2,"b":1}')
  })

  it('is quick with a long run of zeros and with an endless exponent', () => {
    const zeros = '0'.repeat(1_000_000)
    expect(canonicalJson(`[1${zeros}1, 1e${'9'.repeat(1_000_000)}]`)).toStartWith('[1')
  })

  it('refuses what is not JSON', () => {
    for (const text of ['', '{', '01', '{"a":1,}', 'undefined']) {
      expect(() => canonicalJson(text)).toThrow(SyntaxError)
    }
  })
})

describe('the digest of a content', () => {
  for (const [one, other] of readTable('=>', import.meta.dir, 'examples/json_same.txt')) {
    it(`is one for ${one} and ${other}`, () => {
      expect(contentDigest(one!)).toBe(contentDigest(other!))
    })
  }

  for (const [one, other] of readTable('=>', import.meta.dir, 'examples/json_different.txt')) {
    it(`tells ${one} from ${other}`, () => {
      expect(contentDigest(one!)).not.toBe(contentDigest(other!))
    })
  }

  it('is the same just where the canonical texts are', () => {
    const small = fc.json({ maxDepth: 2, depthSize: 'small' })
    fc.assert(
      fc.property(small, small, (one, other) => {
        const isSame = canonicalJson(one) === canonicalJson(other)
        expect(contentDigest(one) === contentDigest(other)).toBe(isSame)
        expect(contentDigest(shuffled(one))).toBe(contentDigest(one, JSON.parse(one)))
      }),
    )
  })

  it('tells objects apart whose keys run together, and keeps what a prototype would hide', () => {
    const texts = ['{"ab":"c"}', '{"a":"bc"}', '{"a":"b","c":1}', '{"__proto__":1}', '{}', '[]']
    texts.push(
      '""',
      '"{}"',
      'null',
      '"null"',
      '"\\ud800"',
      '"\\ud801"',
      '"\ufffd"',
      '[[],[]]',
      '[[[]]]',
    )
    expect(new Set(texts.map((text) => contentDigest(text))).size).toBe(texts.length)
  })
})

function shuffled(text: string): string {
  return JSON.stringify(JSON.parse(text, turned), null, 2)
}

function turned(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const members = Object.entries(value).reverse()
  return Object.fromEntries(members)
}

/** Replaces -0 by 0, as the canonical form does. */
function positive(text: string): unknown {
  return JSON.parse(text, (_key, value) => (value === 0 ? 0 : value))
}
