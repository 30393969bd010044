import { describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { comparableId, comparableIdsOf, hintOf, spellingsOf } from './person-id'

// SHA-1 of `mailto:ada@example.edu`, by sha1sum.
const HASH = createHash('sha1').update('mailto:ada@example.edu').digest('hex')

describe('spellings of one person', () => {
  it('are those of an address, and its hash', () => {
    const all = spellingsOf('ada@Example.edu')
    for (const one of ['ada@example.edu', 'mailto:ada@example.edu', HASH, `mbox_sha1sum|${HASH}`])
      expect(all).toContain(one)
    expect(spellingsOf('mailto:ada@example.edu')).toContain('ada@example.edu')
    expect(comparableIdsOf('ada@example.edu')).toContain(`mbox_sha1sum|${HASH}`)
  })

  it('compare as one', () => {
    const same = ['ada@example.edu', 'MAILTO:ada@EXAMPLE.edu', 'mailto:ada@example.edu']
    expect(new Set(same.map(comparableId)).size).toBe(1)
    expect(comparableId(HASH.toUpperCase())).toBe(`mbox_sha1sum|${HASH}`)
  })

  it('are never those of another', () => {
    for (const other of [
      'Ada@example.edu',
      'ada@example.edu.',
      'xada@example.edu',
      'ada+1@example.edu',
    ])
      expect(comparableId(other)).not.toBe(comparableId('ada@example.edu'))
    for (const id of ['https://a/b@c', 'a@b@c', 'a b@c', '7', '%', 'urn:x:a@b', 'x:b|a@c'])
      expect(spellingsOf(id)).toEqual([id])
    expect(spellingsOf('')).toEqual([])
  })

  it('all hold their hint', () => {
    for (const one of ['ada@example.edu', 'mailto:ada@EXAMPLE.edu'])
      expect(one).toContain(hintOf('mailto:ada@example.edu'))
    expect(hintOf('https://b.edu/|7')).toBe('7')
  })
})
