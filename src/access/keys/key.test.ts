import { describe, expect, it } from 'bun:test'
import { generateKey, hashKey, keyHint, sameHash } from './key'

describe('a key', () => {
  it('is nk_ and 256 random bits, never twice the same', () => {
    const keys = Array.from({ length: 100 }, generateKey)
    for (const key of keys) expect(key).toMatch(/^nk_[A-Za-z0-9_-]{43}$/)
    expect(new Set(keys).size).toBe(100)
  })

  it('is stored as its SHA-256 in hex', () => {
    // FIPS 180-4's own example.
    const ofAbc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(hashKey('abc')).toBe(ofAbc)
  })

  const hints: [key: string, hint: string][] = [
    [`nk_abcd${'x'.repeat(39)}`, 'nk_abcd'],
    ['sixteen-chars-ok', 'sixt'],
    ['short', 's'],
    ['abc', ''],
  ]
  for (const [key, hint] of hints) {
    it(`of ${key.length} characters is hinted at with ${hint.length}`, () => {
      expect(keyHint(key)).toBe(hint)
    })
  }

  const pairs: [left: string, right: string, same: boolean][] = [
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'abcd', false],
    ['', '', true],
  ]
  for (const [left, right, same] of pairs) {
    it(`"${left}" ${same ? 'is' : 'is not'} the same as "${right}"`, () => {
      expect(sameHash(left, right)).toBe(same)
    })
  }
})
