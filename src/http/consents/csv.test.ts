import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { csvRows } from './csv'

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

describe('rows of CSV', () => {
  it('are objects by the header, without what is empty, by the line that they begin in', () => {
    const text = '\uFEFFactor, note\r\nu-1,\r\n\r\n"a ""b"", c\nd",x\nu-2,,\n'
    expect(csvRows(text)).toEqual([
      { line: 2, value: { actor: 'u-1' } },
      { line: 4, value: { actor: 'a "b", c\nd', note: 'x' } },
      { line: 6 },
    ])
  })

  for (const text of ['a,b\n"x,y\n', 'a\n"x"y\n', 'a\nx"y\n', '', '\n\n']) {
    it(`are refused: ${JSON.stringify(text)}`, () => {
      expect(() => csvRows(text)).toThrow()
    })
  }

  it('read back whatever was quoted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }))),
        (pairs) => {
          const text = ['actor,note', ...pairs.map((pair) => pair.map(quoted).join(','))].join(
            '\r\n',
          )
          const values = csvRows(text).map(({ value }) => value)
          expect(values).toEqual(pairs.map(([actor, note]) => ({ actor, note })))
        },
      ),
    )
  })

  it('take a time that grows with their number alone', () => {
    const text = `actor\n${'"'.repeat(1_000_001)}`
    const begun = performance.now()
    expect(() => csvRows(text)).toThrow()
    expect(performance.now() - begun).toBeLessThan(5_000)
  })
})
