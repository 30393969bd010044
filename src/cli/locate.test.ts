import { describe, expect, it } from 'bun:test'
import { linesBetween, offsetOf } from './locate'

const text = `{
  "id": "a",
  "actor": { "type": "Person",
    "na\\u006de": "Ada \\"}" },
  "items": [1,
    { "deep": [ [], {"x": null} ] },
    "last"
  ],
  "id": "b"
}`

// Each case has a path, and the text that stands there.
const places: [path: (string | number)[], text: string][] = [
  [[], '{\n  "id": "a"'],
  [['actor'], '"actor"'],
  [['actor', 'name'], '"na\\u006de"'],
  [['items', 0], '1,'],
  [['items', 1, 'deep', 1, 'x'], '"x"'],
  [['items', 2], '"last"'],
  // JSON.parse returns the last
  [['id'], '"id": "b"'],
  // a missing value is located where its object begins
  [['object'], '{\n  "id": "a"'],
  [['actor', 'id'], '"actor"'],
  [['items', 7], '"items"'],
  [['id', 'x'], '"id": "b"'],
]

describe('a value in a JSON text is found', () => {
  for (const [path, expected] of places) {
    it(`at ${path.join('.') || 'the top'}`, () => {
      expect(text.slice(offsetOf(text, path))).toStartWith(expected)
    })
  }

  it('on a line', () => {
    expect(linesBetween(text, 0, offsetOf(text, ['items', 2]))).toBe(6)
  })
})
