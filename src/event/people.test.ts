import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { finish } from '../syntax/steps'
import { createPeople, type TextForm } from './people'

const isIn = (ids: string[], text: string, form: TextForm = 'json') =>
  finish(createPeople(ids).areIn(text, form))

const held: [what: string, id: string, text: string, form?: TextForm][] = [
  ['a value', 'ada', '{"actor":"ada"}'],
  ['a name', 'ada', '{"ada":1}'],
  ['an item of a list', 'ada', '["x","ada"]'],
  ['deep inside', 'ada', '{"a":[{"b":{"c":["ada"]}}]}'],
  ['the whole text', 'ada', '"ada"'],
  ['with slashes escaped, as PHP writes them', 'http://a/b', '{"id":"http:\\/\\/a\\/b"}'],
  ['with every character escaped', 'ab', '{"id":"\\u0061\\u0062"}'],
  ['an id with quotes', 'say "hi"', '{"id":"say \\"hi\\""}'],
  ['an id that ends with a backslash', 'a\\', '{"id":"a\\\\","b":1}'],
  ['after a string that ends with a backslash', 'ada', '{"a":"\\\\","b":"ada"}'],
  ['an id with a line break', 'a\nb', '{"id":"a\\nb"}'],
  ['an id beyond the basic plane', '😀', '{"id":"\\ud83d\\ude00"}'],
  ['an address with its domain in another case', 'a@b.edu', '{"mbox":"a@B.Edu"}'],
  ['an account', 'https://b.edu/|7', '{"account":{"name":"7","homePage":"https:\\/\\/b.edu/"}}'],
  ['an account in one text', 'https://b.edu/|7', '{"id":"https://b.edu/|7"}'],
  ['an account in text cut short', 'x:b|7', '{"a":{"homePage":"x:b","name":"7"', 'text'],
  ['in text that was cut short', 'ada', '{"actor":"ada","obj', 'text'],
  ['in text with a quote too many', 'ada', '{"note":"5" tall","actor":"ada"}', 'text'],
  ['in text with a broken escape', 'ada', '{"note":"\\q","actor":"ada"}', 'text'],
]

const notHeld: [what: string, id: string, text: string, form?: TextForm][] = [
  ['a prefix of what stands there', 'ada', '{"actor":"ada2"}'],
  ['what stands there is a prefix', 'ada2', '{"actor":"ada"}'],
  ['within a longer string', 'ada', '{"note":"it was ada"}'],
  ['within a string, in quotes', 'ada', '{"note":"it was \\"ada\\""}'],
  ['another case', 'ada', '{"actor":"Ada"}'],
  ['a number', '7', '{"actor":7}'],
  ['an address of another case', 'a@b.edu', '{"mbox":"A@b.edu"}'],
  ['an address at a longer domain', 'a@b.edu', '{"mbox":"a@b.edu.org"}'],
  ['another account of its home', 'x:b|7', '{"a":{"homePage":"x:b","name":"8"},"c":"7"}'],
  ['the same account of another home', 'x:b|7', '{"a":{"homePage":"x:c","name":"7"},"c":"x:b"}'],
  ['an account whose home is a prefix', 'x:b|7', '{"a":{"homePage":"x:bb","name":"7"}}'],
  ['a pattern of SQL', 'a%', '{"actor":"ada"}'],
  ['a pattern of a shell', 'a*', '{"actor":"ada"}'],
  ['a pattern of a regular expression', 'a.a', '{"actor":"ada"}'],
  ['between two strings', ',', '["a","b"]'],
  ['between two strings of text', ':', '{"a":"b', 'text'],
  ['an empty id', '', '{"a":""}'],
  ['an empty id in text', '', '{"a":""', 'text'],
  ['nothing at all', 'ada', ''],
]

describe('people are found in a text', () => {
  for (const [what, id, text, form] of held) {
    it(`by ${what}`, () => expect(isIn(['nobody', id], text, form)).toBe(true))
  }
  for (const [what, id, text, form] of notHeld) {
    it(`not by ${what}`, () => expect(isIn(['nobody', id], text, form)).toBe(false))
  }

  it('wherever their id stands in JSON, and nowhere else', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.string({ unit: 'grapheme' }), (text, id) => {
        const strings = new Set<string>()
        JSON.parse(text, function (this: unknown, key, value) {
          if (!Array.isArray(this)) strings.add(key)
          if (typeof value === 'string') strings.add(value)
          return value
        })
        // JSON.parse calls the reviver once more for the whole, by an empty name.
        strings.delete('')
        for (const one of [...strings, id]) {
          expect(isIn([one], text)).toBe(one !== '' && strings.has(one))
        }
      }),
    )
  })

  it('with a pause now and then, in a long text', () => {
    const text = JSON.stringify(Array.from({ length: 100_000 }, (_, n) => `user ${n}`))
    const steps = createPeople(['user 99999']).areIn(text, 'json')
    let pauses = 0
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) {
        expect(value).toBe(true)
        break
      }
      pauses += 1
    }
    expect(pauses).toBeGreaterThan(10)
  })
})

describe('a record is of somebody', () => {
  const owns = (ids: string[], record: { actorId?: string; raw: string }) =>
    finish(createPeople(ids).own(record))

  it('by its actor, or by what was sent', () => {
    expect(owns(['7'], { actorId: '7', raw: '{"user":7}' })).toBe(true)
    expect(owns(['ada'], { actorId: 'bob', raw: '{"member":"ada"}' })).toBe(true)
    expect(owns(['ada'], { raw: '{"member":"bob"}' })).toBe(false)
    expect(owns([], { actorId: 'ada', raw: '{"member":"ada"}' })).toBe(false)
  })
})
