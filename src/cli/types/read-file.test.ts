import { describe, expect, it } from 'bun:test'
import { readTypes } from './read-file'

const names = (text: string) => readTypes('t.yaml', text).map(({ name }) => name)

describe('types are read from a file', () => {
  const good: [what: string, text: string, names: string[]][] = [
    ['a vocabulary', 'types:\n  a: { description: A }\n  b: { description: B }', ['a', 'b']],
    ['a list under types', 'types:\n  - name: a\n  - name: b', ['a', 'b']],
    ['one type', 'name: a\ndescription: A', ['a']],
    ['a list', '- name: a\n- name: b', ['a', 'b']],
    ['several documents', 'name: a\n---\nname: b\n', ['a', 'b']],
    ['JSON', '{"types":{"a":{"description":"A"}}}', ['a']],
    ['JSON, printed', '[\n\t{\n\t\t"name": "a"\n\t}\n]', ['a']],
  ]
  for (const [what, text, expected] of good) {
    it(what, () => {
      expect(names(text)).toEqual(expected)
    })
  }

  it('with defaults under each', () => {
    const text =
      'defaults: { category: c, mapping: { score: /a } }\ntypes: { a: { mapping: { maxScore: /b } } }'
    expect(readTypes('t.yaml', text)[0]!.definition).toEqual({
      category: 'c',
      mapping: { score: '/a', maxScore: '/b' },
    })
  })

  it('with the place of each member, or of what is nearest', () => {
    const text =
      'types:\n  a:\n    description: A\n    payload:\n      properties:\n        x: { type: objekt }\n'
    const [type] = readTypes('t.yaml', text)
    expect(type!.at([])).toBe('t.yaml:2:3')
    expect(type!.at(['description'])).toBe('t.yaml:3:5')
    expect(type!.at(['payload', 'properties', 'x', 'type'])).toBe('t.yaml:6:14')
    expect(type!.at(['category'])).toBe('t.yaml:2:3')
    expect(type!.at(['payload', 'required', 0])).toBe('t.yaml:4:5')
  })

  const bomb = () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 12; level += 1) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      )
    }
    return `${lines.join('\n')}\ntypes: { t: *a11 }`
  }
  const bad: [what: string, text: string, said: RegExp][] = [
    ['an indentation that is none', 'types:\n  a:\n b: 1', /t\.yaml:\d+:\d+: /],
    ['a name twice', 'types:\n  a: {}\n  a: {}', /t\.yaml:3:3: .*unique/],
    ['a name twice in two documents', 'name: a\n---\nname: a', /a is there twice/],
    ['a type without a name', '- description: A', /t\.yaml:1:3: a type needs its name/],
    ['a text', 'hello', /no type/],
    ['nothing', '', /has no types/],
    ['types that are a number', 'types: 7', /t\.yaml:1:\d+: must have types by name/],
    ['a type that is a number', 'types:\n  a: 7', /t\.yaml:2:3: must be an object/],
    ['an alias to nothing', 'types: *none', /Unresolved alias/],
    ['a bomb of aliases', bomb(), /Excessive alias count/],
    ['what is nested too deep', `types: ${'['.repeat(100_000)}`, /nested too deep|t\.yaml:\d+/],
    ['what is too large', `# ${'x'.repeat(4 * 1024 * 1024)}`, /more than 4194304 bytes/],
  ]
  for (const [what, text, said] of bad) {
    it(`and not from ${what}`, () => {
      expect(() => readTypes('t.yaml', text)).toThrow(said)
    })
  }

  it('names that are members of every object are names like others', () => {
    const [type] = readTypes('t.yaml', 'types: { __proto__: { description: A } }')
    expect(type).toMatchObject({ name: '__proto__', definition: { description: 'A' } })
    expect(({} as { description?: string }).description).toBeUndefined()
  })
})
