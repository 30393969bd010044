import { describe, expect, it } from 'bun:test'
import { saidWithout } from './said'

const say = (message: string, path: (string | number)[] = [], sent = '', kept = '') =>
  saidWithout([{ path, message, code: 'c' }], sent, {
    ...{ raw: kept, changed: 1 },
    inText: (text) => text.replaceAll('ada', '…'),
  })[0]!

describe('a reason of what was cleaned', () => {
  for (const [message, said] of [
    ['Expected an IRI, got "mailto:ada@b.edu"', 'Expected an IRI'],
    ['Must be text; got 7', 'Must be text'],
    ['Expected a value, got ada at line 1 (offset 0): ⟨a⟩da', 'Expected a value'],
    [
      'The text ends too early at line 1 (offset 9): {"u":"ada⟨⟩',
      'The text ends too early at line 1 (offset 9)',
    ],
    ["Unknown type 'ada \\' lovelace' here", 'Unknown type … lovelace… here'],
    ['It is of ada', 'It is of …'],
    ['Required', 'Required'],
  ] as const) {
    it(`quotes nothing: ${message}`, () => expect(say(message).message).not.toMatch(/\bada\b/))
    it(`says what remains: ${said}`, () => {
      if (!message.includes('lovelace')) expect(say(message).message).toBe(said)
    })
  }

  it('ends its path before a name that is gone, and keeps one that was never sent', () => {
    const sent = '{"payload":{"ada":1}}'
    expect(say('x', ['payload', 'ada', 'y'], sent, '{"payload":{}}').path).toEqual(['payload'])
    expect(say('x', ['payload', 'id'], sent, '{"payload":{}}').path).toEqual(['payload', 'id'])
    // Escaped, it is not found in what was sent.
    expect(say('x', ['\u00e4da'], '{"\\u00e4da":1}', '{}').path).toEqual([])
  })
})
