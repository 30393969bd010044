import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { boundsOf, decodeKey, documentKey, encodeKey, prefixKey } from './document-key'

// The units are any UTF-16 at all, half pairs and control characters often among them.
const unit = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.constantFrom('\0', ' ', '!', '"', '~', '/', '%', '#', 'a', 'é', '\ud83d', '\ude00', '😀'),
)
const segment = fc.array(unit, { maxLength: 5 }).map((units) => units.join(''))
const key = fc.array(segment, { minLength: 1, maxLength: 4 })
const wellFormed = key.map((segments) => segments.map((one) => one.toWellFormed()))

const utf8 = (text: string) => Buffer.from(text)

function bySegment(a: readonly string[], b: readonly string[]): number {
  for (const [at, one] of a.entries()) {
    const other = b[at]
    if (other === undefined) return 1
    const order = Buffer.compare(utf8(one), utf8(other))
    if (order !== 0) return order
  }
  return a.length - b.length
}

describe('the text of a key', () => {
  it('gives the key back, whatever its characters', () => {
    fc.assert(fc.property(key, (one) => expect(decodeKey(encodeKey(one))).toEqual(one)))
  })

  it('is UTF-8 without a character below the space', () => {
    fc.assert(
      fc.property(key, (one) => {
        const text = encodeKey(one)
        expect(utf8(text).toString()).toBe(text)
        expect([...text].filter((character) => character < ' ')).toEqual([])
      }),
    )
  })

  it('sorts as the segments do', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (a, b) => {
        const order = Buffer.compare(utf8(encodeKey(a)), utf8(encodeKey(b)))
        expect(Math.sign(order)).toBe(Math.sign(bySegment(a, b)))
      }),
    )
  })

  it('begins with that of a prefix if the first segments are those of the prefix, and only then', () => {
    fc.assert(
      fc.property(key, key, (one, prefix) => {
        const isUnder = prefix.every((part, at) => one[at] === part)
        const [text, start] = [encodeKey(one), encodeKey(prefix)]
        expect(text.startsWith(start)).toBe(isUnder)
        const { after, end } = boundsOf(start)
        const isBeyond = Buffer.compare(utf8(text), utf8(after)) > 0
        expect(isBeyond && Buffer.compare(utf8(text), utf8(end!)) < 0).toBe(isUnder)
        expect(encodeKey([...prefix, ...one]).startsWith(start)).toBe(true)
      }),
    )
  })

  it('is refused when there is no segment, or it takes more than 1,024 bytes', () => {
    expect(() => documentKey([])).toThrow('needs a key')
    expect(documentKey(['x'.repeat(1023)])).toHaveLength(1024)
    for (const long of ['x'.repeat(1024), 'é'.repeat(512), '\0'.repeat(512)]) {
      expect(() => documentKey([long])).toThrow('and may take 1024')
    }
    expect(prefixKey([])).toBe('')
    expect(boundsOf('')).toEqual({ after: '', end: undefined })
  })
})
