import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { selectionOf, selectJson } from './json-select'

const select = (text: string, ...paths: string[]) =>
  selectJson(text, selectionOf(paths.map((path) => path.split('.'))))

const cases: [why: string, text: string, paths: string[], expected: string][] = [
  ['keeps the nesting', '{"a":{"b":1,"c":2},"d":3}', ['a.b'], '{"a":{"b":1}}'],
  [
    'keeps digits',
    '{ "a" : 1.00000000000000000001 , "b":1e400 }',
    ['a', 'b'],
    '{"a":1.00000000000000000001,"b":1e400}',
  ],
  ['keeps the order of the text', '{"a":1,"b":2,"c":3}', ['c', 'a'], '{"a":1,"c":3}'],
  [
    'goes through lists',
    '{"a":[{"b":1,"c":2},{"c":3},5,{"b":4}]}',
    ['a.b'],
    '{"a":[{"b":1},{"b":4}]}',
  ],
  ['goes through lists in lists', '{"a":[[{"b":1}],[{"c":1}]]}', ['a.b'], '{"a":[[{"b":1}]]}'],
  ['takes whole lists', '{"a":[ 1, 2 ]}', ['a'], '{"a":[ 1, 2 ]}'],
  ['takes what is null', '{"a":null,"b":{"c":null}}', ['a', 'b.c'], '{"a":null,"b":{"c":null}}'],
  ['finds nothing in a text', '{"a":"b"}', ['a.b'], '{}'],
  ['finds nothing in null', '{"a":null}', ['a.b'], '{}'],
  ['has the shorter of two paths', '{"a":{"b":1,"c":2}}', ['a.b', 'a'], '{"a":{"b":1,"c":2}}'],
  [
    'has the shorter of two paths, whatever their order',
    '{"a":{"b":1,"c":2}}',
    ['a', 'a.b'],
    '{"a":{"b":1,"c":2}}',
  ],
  ['reads escaped names', '{"\\u0061":1}', ['a'], '{"\\u0061":1}'],
  ['has the last of one name', '{"a":1,"\\u0061":2,"a":3}', ['a'], '{"a":3}'],
  ['has the last of one name, where it has nothing', '{"a":{"b":1},"a":2}', ['a.b'], '{}'],
  [
    'is not led astray by brackets in texts',
    '{"x":"}{[\\"","a":{"y":"]","b":"{"}}',
    ['a.b'],
    '{"a":{"b":"{"}}',
  ],
  [
    'finds names of the prototype only where they are',
    '{"a":1}',
    ['constructor', '__proto__'],
    '{}',
  ],
  [
    'keeps a member named __proto__',
    '{"__proto__":{"b":1}}',
    ['__proto__.b'],
    '{"__proto__":{"b":1}}',
  ],
]

describe('A selection of a text', () => {
  for (const [why, text, paths, expected] of cases) {
    it(why, () => expect(select(text, ...paths)).toBe(expected))
  }

  const name = fc.constantFrom('a', 'b', 'c', '"', '\\', 'ä')
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom(null, 1, -0.5, 'a', '{"a":1}', true, ''),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(name, tie('any'), { maxKeys: 4 }),
    ),
  })).any

  it('is that of its value, however it is written', () => {
    const paths = fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    })
    const indent = fc.constantFrom(undefined, 1, '\t')
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 4 }), paths, indent, (given, steps, by) => {
        const text = selectJson(JSON.stringify(given, null, by), selectionOf(steps))
        expect(JSON.parse(text)).toEqual(picked(JSON.parse(JSON.stringify(given)), steps) ?? {})
      }),
      { numRuns: 500 },
    )
  })
})

/** Does the same with a value, the plain way. */
function picked(value: unknown, paths: string[][]): unknown {
  if (paths.some((path) => path.length === 0)) return value
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    const elements = value.map((one) => picked(one, paths)).filter((one) => one !== undefined)
    return elements.length === 0 ? undefined : elements
  }
  const members = Object.entries(value).flatMap(([name, own]) => {
    const within = paths.filter(([first]) => first === name).map((path) => path.slice(1))
    const found = within.length === 0 ? undefined : picked(own, within)
    return found === undefined ? [] : [[name, found]]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}
