import { describe, expect, it } from 'bun:test'
import { AppError } from '../error/app-error'
import type { PatchOperation } from './patch'
import { repair } from './repair'

const LIMIT = 1000

async function refusalOf(text: string, patch: unknown[], limit = LIMIT): Promise<AppError> {
  try {
    await repair(text, patch as PatchOperation[], limit)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error(`${JSON.stringify(patch)} was applied`)
}

const applied: [name: string, text: string, patch: PatchOperation[], result: string][] = [
  ['adds', '{"a":1}', [{ op: 'add', path: '/b', value: [2] }], '{"a":1,"b":[2]}'],
  ['adds into an array', '[1,3]', [{ op: 'add', path: '/1', value: 2 }], '[1,2,3]'],
  ['adds after the last', '[1]', [{ op: 'add', path: '/-', value: null }], '[1,null]'],
  ['adds at the end by number', '[1]', [{ op: 'add', path: '/1', value: 2 }], '[1,2]'],
  ['replaces', '{"a":{"b":1}}', [{ op: 'replace', path: '/a/b', value: {} }], '{"a":{"b":{}}}'],
  ['removes', '{"a":[1,2]}', [{ op: 'remove', path: '/a/0' }], '{"a":[2]}'],
  ['moves', '{"a":{"x":1}}', [{ op: 'move', from: '/a', path: '/b' }], '{"b":{"x":1}}'],
  ['copies', '{"a":[1]}', [{ op: 'copy', from: '/a', path: '/b' }], '{"a":[1],"b":[1]}'],
  [
    'takes ~1 and ~0 for / and ~',
    '{"a/b":{"~":1}}',
    [{ op: 'remove', path: '/a~1b/~0' }],
    '{"a/b":{}}',
  ],
  [
    'puts an event into an envelope',
    '{"type":"A"}',
    [{ op: 'add', path: '', value: { data: [] } }],
    '{"data":[]}',
  ],
  [
    'goes on after a test that holds, however the number is written',
    '{"n":1.0,"a":{"x":1,"y":2}}',
    [
      { op: 'test', path: '/n', value: 1 },
      { op: 'test', path: '/a', value: { y: 2, x: 1 } },
      { op: 'remove', path: '/a' },
    ],
    '{"n":1}',
  ],
  [
    'keeps the digits of long numbers, also of those it copies',
    '{"n":12345678901234567890,"m":1e400}',
    [{ op: 'copy', from: '/n', path: '/k' }],
    '{"n":12345678901234567890,"m":1e400,"k":12345678901234567890}',
  ],
  ['replaces what is not JSON', '{"a', [{ op: 'replace', path: '', value: { a: 1 } }], '{"a":1}'],
  [
    'leaves a key named like a method alone',
    '{"a":1}',
    [{ op: 'add', path: '/toString', value: 2 }],
    '{"a":1,"toString":2}',
  ],
  [
    'keeps a key __proto__ as it was sent',
    '{"__proto__":{"a":1}}',
    [{ op: 'add', path: '/b', value: 1 }],
    '{"__proto__":{"a":1},"b":1}',
  ],
  ['changes nothing without operations', '{ "a": 1.0 }', [], '{ "a": 1.0 }'],
]

const refused: [name: string, text: string, patch: unknown[], at: number][] = [
  ['what is not JSON', '{"a', [{ op: 'remove', path: '/a' }], 0],
  ['a place that is not there', '{}', [{ op: 'remove', path: '/a' }], 0],
  ['a parent that is not there', '{}', [{ op: 'add', path: '/a/b', value: 1 }], 0],
  ['a step into a string', '{"a":"x"}', [{ op: 'add', path: '/a/b', value: 1 }], 0],
  ['an index beyond the end', '[]', [{ op: 'add', path: '/1', value: 1 }], 0],
  ['an index with a leading zero', '[1,2]', [{ op: 'remove', path: '/01' }], 0],
  ['an index that 32 bits turn into 0', '[1]', [{ op: 'remove', path: '/4294967296' }], 0],
  ['the element after the last, for removal', '[1]', [{ op: 'remove', path: '/-' }], 0],
  [
    'a test that fails, naming it',
    '{"a":1}',
    [
      { op: 'add', path: '/b', value: 1 },
      { op: 'test', path: '/a', value: '1' },
    ],
    1,
  ],
  ['a move into itself', '{"a":{"b":{}}}', [{ op: 'move', from: '/a', path: '/a/b/c' }], 0],
  ['a copy of nothing', '{}', [{ op: 'copy', from: '/a', path: '/b' }], 0],
  ['__proto__ in a path', '{}', [{ op: 'add', path: '/__proto__/polluted', value: 1 }], 0],
  ['__proto__ at the end of a path', '{}', [{ op: 'add', path: '/__proto__', value: {} }], 0],
  [
    '__proto__ that was sent, in a path',
    '{"__proto__":{}}',
    [{ op: 'add', path: '/__proto__/a', value: 1 }],
    0,
  ],
  [
    'the prototype by its constructor',
    '{}',
    [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }],
    0,
  ],
  ['what the constructor has', '{}', [{ op: 'replace', path: '/constructor/assign', value: 1 }], 0],
  [
    'a method that all objects share',
    '{}',
    [{ op: 'add', path: '/toString/polluted', value: 1 }],
    0,
  ],
  ['a copy from the prototype', '{}', [{ op: 'copy', from: '/constructor/name', path: '/a' }], 0],
  ['a method of arrays', '[]', [{ op: 'add', path: '/push/polluted', value: 1 }], 0],
  [
    'copies of copies that grow without end',
    '{"a":"xxxx"}',
    Array.from({ length: 60 }, (_, n) => ({ op: 'copy', from: '', path: `/${n}` })),
    5,
  ],
  ['a result that is too large', '{}', [{ op: 'add', path: '/a', value: 'x'.repeat(LIMIT) }], 0],
]

describe('a JSON Patch', () => {
  for (const [name, text, patch, result] of applied) {
    it(name, async () => expect((await repair(text, patch, LIMIT)).text).toBe(result))
  }

  for (const [name, text, patch, at] of refused) {
    it(`is refused for ${name}`, async () => {
      const { code, errors } = await refusalOf(text, patch)
      expect(code).toBe('invalid_request')
      expect(errors).toMatchObject([{ path: ['patch', at], code: 'patch_failed' }])
      expect(errors[0]!.message.length).toBeLessThan(120)
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      expect(
        (Object.prototype.toString as unknown as Record<string, unknown>).polluted,
      ).toBeUndefined()
      expect(typeof Object.assign).toBe('function')
    })
  }

  it('is applied to a second item as to the first', async () => {
    const patch: PatchOperation[] = [
      { op: 'replace', path: '', value: { list: [] } },
      { op: 'add', path: '/list/-', value: 1 },
    ]
    expect(await repair('{}', patch, LIMIT)).toMatchObject({ text: '{"list":[1]}' })
    expect(await repair('{}', patch, LIMIT)).toMatchObject({ text: '{"list":[1]}' })
  })
})
