import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readJsonPath } from './json-path'

describe('a JSON Path', () => {
  const good: [path: string, steps: (string | number | null)[]][] = [
    ['$.payload.email', ['payload', 'email']],
    ["$['payload']['e.mail']", ['payload', 'e.mail']],
    ['$["it\'s"]', ["it's"]],
    ['$["a\\\\\'"]', ["a\\'"]],
    ["$['it\\'s']", ["it's"]],
    ['$[\'say "x"\']', ['say "x"']],
    ["$['\\u00fc\\n']", ['ü\n']],
    ['$.list[0].id', ['list', 0, 'id']],
    ['$.list[*].id', ['list', null, 'id']],
    ['$.*.*', [null, null]],
    ['$.grüße', ['grüße']],
    ["$['']", ['']],
    ["$['a\\\\']", ['a\\']],
  ]
  for (const [path, steps] of good) {
    it(`is ${path}`, () => expect(readJsonPath(path)).toEqual(steps))
  }

  const bad: [path: string, said: RegExp][] = [
    ['', /begins with \$/],
    ['payload', /begins with \$/],
    ['$', /whole item/],
    ['$..email', /name each step/],
    ['$.a..b', /name each step/],
    ['$[?@.a]', /no filters/],
    ['$[0:2]', /slices/],
    ['$[-1]', /negative/],
    ['$[01]', /Must go on/],
    ['$.', /Must go on/],
    ['$.a b', /Must go on/],
    ["$['a", /Must go on/],
    ["$['\\x']", /Must go on/],
    ["$['a','b']", /Must go on/],
    [`$${'.a'.repeat(101)}`, /100 steps/],
    [`$.${'a'.repeat(1000)}`, /1000 characters/],
  ]
  for (const [path, said] of bad) {
    it(`is not ${path.slice(0, 20)}`, () => expect(readJsonPath(path)).toMatch(said))
  }

  it('has any name in quotes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab\'"\\.[]$ ü\n\u0000'), maxLength: 20 }),
        (name) => {
          const quoted = JSON.stringify(name).slice(1, -1)
          expect(readJsonPath(`$["${quoted}"]`)).toEqual([name])
          expect(
            readJsonPath(`$['${quoted.replaceAll("'", "\\'").replaceAll('\\"', '"')}']`),
          ).toEqual([name])
        },
      ),
      { numRuns: 2000 },
    )
  })
})
