import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { isJson } from './is-json'
import { faultText, findFault } from './json-fault'

const faults: [text: string, said: string][] = [
  ['', 'The text is empty at line 1, column 1 (offset 0): ⟨⟩'],
  ['  \n', 'The text is empty at line 2, column 1 (offset 3):   \\n⟨⟩'],
  ['{"a":1 "b":2}', 'Expected a comma or }, got " at line 1, column 8 (offset 7)'],
  ['{"a":1,}', 'Expected a member name in double quotes, got } at line 1, column 8 (offset 7)'],
  ['[1,]', 'Expected a value after the comma, got ] at line 1, column 4 (offset 3): [1,⟨]⟩'],
  [
    "{'a':1}",
    'Expected a member name in double quotes or }, got a single quote at line 1, column 2',
  ],
  ['{a:1}', 'Expected a member name in double quotes or }, got a at line 1, column 2 (offset 1)'],
  ['{"a" 1}', 'Expected a colon, got 1 at line 1, column 6 (offset 5): {"a" ⟨1⟩}'],
  ['{\r\n  "a": tru\n}', 'Expected a value, got tru at line 2, column 8 (offset 10)'],
  ['[01]', 'Expected a value or ], got 01 at line 1, column 2'],
  ['[1.]', 'Expected a value or ], got 1. at line 1, column 2'],
  ['[NaN]', 'Expected a value or ], got NaN at line 1, column 2'],
  ['[1,x]', 'Expected a value, got x at line 1, column 4 (offset 3)'],
  ['[1] [2]', 'Expected nothing after the JSON value, got [ at line 1, column 5'],
  ['{"a":"b\nc"}', 'Expected \\n to be escaped in a string at line 1, column 8'],
  ['{"a":"\u0000"}', 'Expected \\u{0} to be escaped in a string at line 1, column 7'],
  ['["\\x"]', 'Expected an escape of JSON, got \\x at line 1, column 3'],
  ['["\\u12"]', 'Expected an escape of JSON, got \\u at line 1, column 3'],
  ['["abc', 'The text ends too early, within a string at line 1, column 6 (offset 5): ["abc⟨⟩'],
  ['["abc\\', 'The text ends too early, within a string at line 1, column 7'],
  ['["abc\\u00', 'The text ends too early, within a string at line 1, column 10'],
  ['{"data":[{"id":"1"},', 'The text ends too early, expected a value at line 1, column 21'],
  ['{"data":[{"id":1', 'The text ends too early, expected a comma or } at line 1, column 17'],
  ['\ufeff{}', 'Expected a value, got a byte order mark at line 1, column 1'],
  ['<html>', 'Expected a value, got <html> at line 1, column 1 (offset 0): ⟨<⟩html>'],
]

describe('the first fault of a text that is no JSON', () => {
  for (const [text, said] of faults) {
    it(`is told of ${JSON.stringify(text)}`, () => {
      expect(faultText(findFault(text)!)).toStartWith(said)
    })
  }

  it('counts what stands before a line of a body', () => {
    const fault = findFault('{"a":}', { lines: 6, characters: 100 })
    expect(fault).toMatchObject({ line: 7, column: 6, offset: 105 })
  })

  it('is shown with some of the text around it, in which nothing can hide', () => {
    const text = `{"long":"${'x'.repeat(500)}\u202e\ud800" ${'y'.repeat(500)}}`
    const { around } = findFault(text)!
    expect(around.length).toBeLessThan(120)
    expect(around).toBe(`…${'x'.repeat(26)}\\u{202e}\\u{d800}" ⟨y⟩${'y'.repeat(30)}…`)
  })

  it('is in every text that JSON.parse refuses, and in no other', () => {
    const changed = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[]",:0-.eE\\u \n\u0001tfn', ''), fc.nat(2))
      .map(([text, at, char, gone]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + char + text.slice(place + gone)
      })
    fc.assert(
      fc.property(changed, (text) => {
        expect(findFault(text) === undefined).toBe(isJson(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is found behind a million levels, and in long strings, without deep calls', () => {
    expect(findFault('['.repeat(500_000))?.offset).toBe(500_000)
    expect(findFault(`["${'\\n'.repeat(500_000)}`)?.offset).toBe(1_000_002)
  })
})
