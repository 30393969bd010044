import { describe, expect, it } from 'bun:test'
import { sqlText } from './sql'

const texts: [text: string, literal: string][] = [
  ['plain', "'plain'"],
  ['', "''"],
  ["it's", "'it''s'"],
  ["' OR 1=1 --", "''' OR 1=1 --'"],
  ['back\\slash', "'back\\slash'"],
  ['a\0b', "('a' || chr(0) || 'b')"],
  ["\0'", "('' || chr(0) || '''')"],
]

describe('a text as a literal of SQL', () => {
  for (const [text, literal] of texts) {
    it(`${JSON.stringify(text)} is ${literal}`, () => expect(sqlText(text)).toBe(literal))
  }
})
