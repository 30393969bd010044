import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { finish } from '../syntax/steps'
import { membersOf, merge } from './merge-json'

const members = (text: string) => finish(membersOf(text, 'The document'))
const merged = (older: string, newer: string) => merge(members(older), members(newer))

const cases: [name: string, older: string, newer: string, result: string][] = [
  ['adds a member', '{"a":1}', '{"b":2}', '{"a":1,"b":2}'],
  ['replaces a member whole', '{"a":{"x":1,"y":2}}', '{"a":{"z":3}}', '{"a":{"z":3}}'],
  ['keeps a place', '{"a":1,"b":2}', '{"a":[]}', '{"a":[],"b":2}'],
  ['takes nothing', '{"a":1}', '{}', '{"a":1}'],
  ['begins with nothing', '{}', '{"a":null}', '{"a":null}'],
  [
    'keeps long numbers',
    '{"a":12345678901234567890}',
    '{"b":1.10}',
    '{"a":12345678901234567890,"b":1.10}',
  ],
  ['knows a name by its value', '{"a":1}', '{"\\u0061":2}', '{"\\u0061":2}'],
  ['takes the last of one name', '{"a":1,"a":2}', '{}', '{"a":2}'],
  ['takes odd names', '{"__proto__":1,"":2}', '{"":3}', '{"__proto__":1,"":3}'],
  ['drops space around members', ' { "a" : 1 , "b":[ 1 ] } ', '{}', '{"a":1,"b":[ 1 ]}'],
]

describe('a merge of two documents', () => {
  for (const [name, older, newer, result] of cases) {
    it(name, () => {
      expect(merged(older, newer)).toBe(result)
    })
  }

  it('is what spreading both values makes, whatever they are', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue())
    fc.assert(
      fc.property(object, object, fc.nat(3), (...[older, newer, space]) => {
        const [one, other] = [older, newer].map((value) => JSON.stringify(value, null, space))
        const plain = (text: string) => Object.entries(JSON.parse(text))
        const both = Object.fromEntries([...plain(one!), ...plain(other!)])
        expect(JSON.parse(merged(one!, other!))).toEqual(both)
      }),
    )
  })

  const refused = ['[1]', '"a"', 'null', '1', '', '{', '{"a":1}{', '{"a":}', '{a:1}', "{'a':1}"]
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => members(text)).toThrow(expect.objectContaining({ code: 'invalid_json' }))
    })
  }

  it('refuses what would take long to parse', () => {
    expect(() => members(`{"a":[${'[],'.repeat(60_000)}1]}`)).toThrow('50000')
  })
})
