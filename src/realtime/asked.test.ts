import { describe, expect, it } from 'bun:test'
import { MAX_FRAME_BYTES, readConfig, readLater } from './asked'

const score = { path: 'payload.score', gte: 80 }

const good: [what: string, sent: object, condition: object | undefined][] = [
  ['nothing', {}, undefined],
  ['empty values', { event_types: [], session_id: '', user_id: null, filters: [] }, undefined],
  ['what says nothing', { type: 'subscribe', foo: [1, { a: 1 }] }, undefined],
  ['a ping', { type: 'ping' }, undefined],
  ['types', { event_types: ['a', 'b'] }, { path: 'type', in: ['a', 'b'] }],
  ['a type', { event_types: 'quiz_started' }, { path: 'type', in: ['quiz_started'] }],
  ['a session', { session_id: 's' }, { path: 'sessionId', equals: 's' }],
  ['a user', { user_id: 'u' }, { path: 'actorId', equals: 'u' }],
  ['a condition', { filter: score }, score],
  [
    'all of them',
    { event_types: ['a'], session_id: 's', filter: score, filters: [score, { not: score }] },
    {
      all: [
        { path: 'type', in: ['a'] },
        { path: 'sessionId', equals: 's' },
        score,
        score,
        { not: score },
      ],
    },
  ],
]

let deep: object = score
for (let level = 0; level < 1000; level += 1) deep = { not: deep }

const bad: [what: string, sent: unknown, code: string, path: (string | number)[]][] = [
  ['no JSON', '{"event_types":', 'invalid_json', []],
  ['nothing', '', 'invalid_json', []],
  ['brackets without an end', '['.repeat(60_000), 'invalid_json', []],
  ['an array', '[1]', 'wrong_type', []],
  ['deep arrays', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'wrong_type', []],
  ['a number', '5', 'wrong_type', []],
  ['a text', '"hello"', 'wrong_type', []],
  ['null', 'null', 'wrong_type', []],
  ['bytes', new TextEncoder().encode('{}'), 'wrong_type', []],
  [
    'a megabyte of filter',
    { filter: { path: 'type', equals: 'x'.repeat(1 << 20) } },
    'too_large',
    [],
  ],
  ['too much in bytes', { session_id: 'ä'.repeat(MAX_FRAME_BYTES / 2) }, 'too_large', []],
  ['a condition a thousand deep', { filter: deep }, 'too_deep', ['filter']],
  ['types that are numbers', { event_types: [1] }, 'invalid_value', ['event_types']],
  ['types that are an object', { event_types: {} }, 'invalid_value', ['event_types']],
  ['a session that is a number', { session_id: 1 }, 'invalid_value', ['session_id']],
  ['a user that is a list', { user_id: ['u'] }, 'invalid_value', ['user_id']],
  ['a condition that is text', { filter: 'type=a' }, 'invalid_value', ['filter']],
  [
    'an operator that is none',
    { filter: { path: 'type', is: 1 } },
    'unknown_name',
    ['filter', 'is'],
  ],
  ['filters that are an object', { filters: score }, 'invalid_value', ['filters']],
  ['a wrong one of several', { filters: [score, { path: '' }] }, 'required', ['filters', 1]],
  ['a form that is none', { format: 'xml' }, 'invalid_value', ['format']],
]

const onlyFirst: [what: string, sent: unknown, code: string, path: string[]][] = [
  ['a position that is a number', { after: 5 }, 'invalid_value', ['after']],
  ['an empty position', { after: '' }, 'invalid_value', ['after']],
  ['a position that is a novel', { after: 'x'.repeat(2000) }, 'invalid_value', ['after']],
]

function textOf(sent: unknown): string | Uint8Array {
  return typeof sent === 'string' || sent instanceof Uint8Array ? sent : JSON.stringify(sent)
}

describe('the first message', () => {
  for (const [what, sent, condition] of good) {
    it(`may have ${what}`, () => {
      const read = readConfig(textOf(sent))
      expect(read).toMatchObject({ asked: { format: 'event', after: undefined } })
      const { asked } = read as Extract<typeof read, { asked: object }>
      expect(asked.condition).toEqual(condition as never)
    })
  }

  it('is given back what it has of filters, as it gave it, and nothing else', () => {
    const filters = { event_types: 'a', session_id: null, filters: [], filter: score }
    const read = readConfig(JSON.stringify({ ...filters, after: 'p', format: 'raw', foo: 1 }))
    expect(read).toMatchObject({ asked: { after: 'p', format: 'raw' } })
    expect((read as { asked: { filters: object } }).asked.filters).toEqual(filters)
  })

  for (const [what, sent, code, path] of [...bad, ...onlyFirst]) {
    it(`is refused with ${what}, where and why`, () => {
      const { refusal } = readConfig(textOf(sent)) as Extract<
        ReturnType<typeof readConfig>,
        { refusal: object }
      >
      const [error] = refusal.errors!
      expect(error!.code).toBe(code)
      expect(error!.path.slice(0, path.length)).toEqual(path)
      expect(error!.message).toMatch(/Must|Required|Not known/)
      expect(JSON.stringify(refusal).length).toBeLessThan(5000)
    })
  }
})

describe('a later message', () => {
  it('is a ping, an update, or something that needs no answer', () => {
    expect(readLater('{"type":"ping"}')).toEqual({ type: 'ping' })
    for (const text of ['{}', '{"type":"foo"}', '{"type":{}}', '{"event_types":["a"]}']) {
      expect(readLater(text)).toEqual({ type: 'other' })
    }
  })

  for (const [what, filters, condition] of good) {
    it(`changes the filters to ${what}`, () => {
      const later = readLater(JSON.stringify({ type: 'update_filters', filters }))
      expect(later).toMatchObject({ type: 'update', asked: { format: undefined } })
      const { asked } = later as Extract<typeof later, { type: 'update' }>
      expect(asked.condition).toEqual(condition as never)
    })
  }

  it('changes them to everything when it names none', () => {
    const later = readLater('{"type":"update_filters"}')
    expect(later).toEqual({
      type: 'update',
      asked: { filters: {}, condition: undefined, format: undefined },
    })
  })

  for (const [what, sent, code, path] of bad) {
    it(`is refused with ${what}, where and why`, () => {
      const isText = typeof sent === 'string' || sent instanceof Uint8Array
      const later = readLater(
        isText ? textOf(sent) : JSON.stringify({ type: 'update_filters', filters: sent }),
      )
      const { refusal } = later as Extract<typeof later, { type: 'refused' }>
      const [error] = refusal.errors!
      expect(error!.code).toBe(code)
      const before = isText || code === 'too_large' ? [] : ['filters']
      expect(error!.path.slice(0, before.length + path.length)).toEqual([...before, ...path])
    })
  }

  it('is refused with a position, which only a new connection can begin at', () => {
    const later = readLater('{"type":"update_filters","filters":{"after":"p"}}')
    expect(later).toMatchObject({
      type: 'refused',
      refusal: { errors: [{ path: ['filters', 'after'] }] },
    })
  })

  it('is refused with filters that are no object', () => {
    for (const filters of ['null', '[]', '5', '"a"']) {
      const later = readLater(`{"type":"update_filters","filters":${filters}}`)
      expect(later).toMatchObject({ type: 'refused', refusal: { errors: [{ path: ['filters'] }] } })
    }
  })
})
