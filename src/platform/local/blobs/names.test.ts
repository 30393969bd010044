import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { pathOf, readName } from './names'

const part = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('/', '')),
  fc.string({ minLength: 78, maxLength: 165, unit: fc.constantFrom('a', 'B', 'é', '.') }),
)
const key = fc
  .array(part, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/').toWellFormed())
  .filter((text) => text !== '')

/** Reads a path, name by name, as `list` does. */
function keyOf(path: string[]): { key: string; isFile: boolean } {
  let start = Buffer.of()
  let isFile = false
  for (const name of path) {
    const read = readName(name, start)!
    start = Buffer.from(read.start)
    isFile = read.isFile
  }
  return { key: start.toString(), isFile }
}

describe('the path of a blob', () => {
  it('gives the key back', () => {
    fc.assert(
      fc.property(key, (one) => expect(keyOf(pathOf(one))).toEqual({ key: one, isFile: true })),
    )
  })

  it('has names that every file system takes and tells apart', () => {
    fc.assert(
      fc.property(key, (one) => {
        for (const name of pathOf(one)) {
          expect(name).toMatch(/^[a-z0-9_%-]+(\+|\.blob)?$/)
          expect(name.length).toBeLessThanOrEqual(255)
        }
      }),
    )
  })

  it('is another for another key', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        expect(pathOf(one).join('/') === pathOf(other).join('/')).toBe(one === other)
      }),
    )
  })

  it('looks like the key where that is plain', () => {
    expect(pathOf('attachments/4f/4f1c').join('/')).toBe('attachments/4f/4f1c.blob')
    expect(pathOf('a//B/').join('/')).toBe('a/%/%42/%.blob')
    expect(pathOf('x'.repeat(80))).toEqual([`${'x'.repeat(80)}+`, '%.blob'])
  })

  it('is nobody else’s name', () => {
    for (const name of ['.new', 'A.blob', '.blob', '%2', '%2F', 'a.txt', '%G0', '', '.DS_Store']) {
      expect(readName(name, Buffer.of())).toBeUndefined()
    }
  })
})
