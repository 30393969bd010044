import { describe, expect, it } from 'bun:test'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { MOST_IDENTIFIERS, putIdentifiers, takeIdentifiers } from './hex'

const there = (text: string) => {
  const { text: short, identifiers } = takeIdentifiers(text)
  return { short, identifiers, back: putIdentifiers(short, identifiers) }
}

const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
const identifier = fc
  .tuple(fc.boolean(), fc.boolean(), hex(32))
  .map(([isUuid, isUpper, digits]) => {
    const plain = digits.join('')
    const cased = isUpper ? plain.toUpperCase() : plain
    return isUuid ? cased.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : cased
  })
// Text between identifiers is of any kind: digits that continue them, and the marks themselves.
const between = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.toWellFormed()),
  fc.constantFrom('', '0', 'f', 'F', '-', '"', '\u0001', '\u0001!', '\u0004~', '\u0000'),
)

describe('identifiers', () => {
  it('come back as they were written, whatever stands around them', () => {
    const texts = fc.array(fc.oneof(identifier, between), { maxLength: 12 })
    fc.assert(
      fc.property(texts, (parts) => {
        const text = [...parts, ...parts].join('')
        expect(there(text).back).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('take sixteen bytes, and two characters in each place where one stands', () => {
    const one = randomUUID()
    const plain = one.replaceAll('-', '')
    const text = `urn:uuid:${one} ${one} ${plain} ${plain.toUpperCase()} sha1=${plain}89abcdef`
    const { short, identifiers, back } = there(text)
    expect(Buffer.from(identifiers).toString('hex')).toBe(plain)
    const upper = /[a-f]/.test(plain) ? '\u0004!' : '\u0003!'
    expect(short).toBe(`urn:uuid:\u0001! \u0001! \u0003! ${upper} sha1=\u0003!89abcdef`)
    expect(back).toBe(text)
  })

  it('stay in a text that has more of them, or a mark', () => {
    const many = Array.from({ length: MOST_IDENTIFIERS + 2 }, () => randomUUID())
    const { short, identifiers, back } = there(many.join(','))
    expect(identifiers).toHaveLength(16 * MOST_IDENTIFIERS)
    expect(short).toEndWith(many.slice(-2).join(','))
    expect(back).toBe(many.join(','))
    expect(there(`\u0002${many[0]}`).short).toBe(`\u0002${many[0]}`)
  })
})
