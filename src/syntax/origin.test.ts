import { describe, expect, it } from 'bun:test'
import { readOrigin } from './origin'

const valid: [text: string, reads: string][] = [
  ['https://quiz.example.edu', 'https://quiz.example.edu'],
  ['HTTPS://Quiz.Example.EDU', 'https://quiz.example.edu'],
  ['https://quiz.example.edu/', 'https://quiz.example.edu'],
  ['https://quiz.example.edu:443', 'https://quiz.example.edu'],
  ['http://quiz.example.edu:80', 'http://quiz.example.edu'],
  ['https://quiz.example.edu:8443', 'https://quiz.example.edu:8443'],
  ['http://localhost:5173', 'http://localhost:5173'],
  ['http://127.0.0.1:5173', 'http://127.0.0.1:5173'],
  ['http://[::1]:5173', 'http://[::1]:5173'],
  ['https://schüle.example', 'https://xn--schle-mva.example'],
]

const invalid = [
  ...['', '*', 'null', 'quiz.example.edu', 'https://', 'https://*.example.edu', '//example.edu'],
  ...['https://example.edu/quiz', 'https://example.edu?x', 'https://example.edu#x'],
  ...['https://user@example.edu', 'https://a b.example', 'ftp://example.edu', 'file:///x'],
  ...['https://example.edu:99999', 'https://example.edu\\x', 'javascript:alert(1)'],
  ...[' https://example.edu', `https://${'a'.repeat(300)}.example`, 'https://a.edu,https://b.edu/'],
]

describe('an origin', () => {
  for (const [text, reads] of valid) {
    it(`${text} is ${reads}`, () => expect(readOrigin(text)).toBe(reads))
  }

  for (const text of invalid) {
    it(`${JSON.stringify(text.slice(0, 40))} is none`, () => {
      expect(readOrigin(text)).toBeUndefined()
    })
  }

  it('reads the same when it is read again', () => {
    for (const [, reads] of valid) expect(readOrigin(reads)).toBe(reads)
  })
})
