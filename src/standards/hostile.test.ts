import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { anEnvelope } from '../../tests/support/envelopes'
import { aViewEvent } from '../../tests/support/events'
import { AppError } from '../error/app-error'
import { isUtcMillis } from '../syntax/timestamp'
import { batchIn } from './caliper/batch'
import { checkCaliper } from './caliper/conformance'
import { readCaliper } from './caliper/parse'
import { readNative, readNativeLines } from './native/parse'
import { checkXapi } from './xapi/conformance'
import { isLanguageTag } from './xapi/language-tag'
import { readXapi } from './xapi/parse'
import { isDuration, isTimestamp } from './xapi/time'
import { isMailto } from './xapi/values'

const receivedAt = '2026-11-21T09:30:00.000Z'
const readers = {
  Caliper: (text: string) => readCaliper(text, receivedAt).items,
  'native JSON': (text: string) => readNative(text, { receivedAt, context: {} }).items,
  'native lines': (text: string) => readNativeLines(text, { receivedAt, context: {} }).items,
  xAPI: (text: string) => readXapi(text, receivedAt).items,
}

// A real request, with anything at all in the place of some value now and then.
const event = aViewEvent()
const statement = {
  actor: { mbox: 'mailto:ann@example.org' },
  verb: { id: 'urn:did' },
  object: { id: 'urn:it' },
}
const names = [
  ...Object.keys({ ...event, ...statement }),
  ...['event_type', 'timestamp', 'user_id', 'type', 'id', '@id', 'verb', 'context', 'result'],
  ...['client_ts', 'seq', 'payload', 'payload_json', 'organization_id', 'retention_days'],
  ...['event_version', 'privacy_level', 'question_id', 'device_info'],
]
const anything = fc.jsonValue({ maxDepth: 2 })
const item = fc
  .tuple(
    fc.constantFrom({}, { ...event, event_type: 'x' }, statement),
    fc.dictionary(fc.constantFrom(...names, '__proto__', 'constructor'), anything, { maxKeys: 4 }),
  )
  .map(([whole, put]) => ({ ...whole, ...put }))
const body = fc.oneof(
  fc.record({
    data: fc.oneof(fc.array(fc.oneof(item, anything)), anything),
    dataVersion: anything,
  }),
  fc.array(item).map((data) => anEnvelope(data)),
  fc.array(item),
  item,
  anything,
)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  body.map((value) => JSON.stringify(value)),
  body.map((value) => JSON.stringify(value).slice(0, -1)),
)

for (const [name, read] of Object.entries(readers)) {
  describe(`reading ${name} from anyone`, () => {
    it('throws nothing but an AppError, and gives records that every store can hold', () => {
      fc.assert(
        fc.property(text, (sent) => {
          for (const one of itemsOf(sent, read)) {
            if (!('event' in one)) {
              expect(one.errors.length).toBeGreaterThan(0)
              continue
            }
            const { raw, ...columns } = one.event
            expect(() => JSON.parse(raw)).not.toThrow()
            expect(isUtcMillis(columns.eventTime)).toBe(true)
            expect(columns.type).not.toBe('')
            expect(columns.eventId).not.toBe('')
            for (const value of Object.values(columns)) {
              if (typeof value === 'string') expect(value.isWellFormed()).toBe(true)
              if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
            }
          }
        }),
        { numRuns: 2000 },
      )
    }, 60_000) // on a machine that has others to serve
  })
}

describe('a batch in anything', () => {
  it('is none, or the text of each element of an array', () => {
    fc.assert(
      fc.property(text, (sent) => {
        const texts = batchIn(sent)
        if (texts === undefined) return
        expect(texts.map((one) => JSON.parse(one))).toEqual(JSON.parse(sent))
      }),
      { numRuns: 2000 },
    )
  }, 60_000)

  it('needs one envelope among its elements', () => {
    const envelope = fc.constantFrom('{"data":[]}', '{"sensor":7}', ' {"dataVersion":null} ')
    const other = fc.constantFrom('7', 'null', '[]', '{}', '{"type":"Event","data":[]}', '"data"')
    fc.assert(
      fc.property(fc.array(fc.oneof(envelope, other)), (elements) => {
        const isBatch = elements.some((one) => /^ ?{"(data|sensor|dataVersion)/.test(one))
        const trimmed = elements.map((one) => one.trim())
        expect(batchIn(` [${elements.join(' , ')}]`)).toEqual(isBatch ? trimmed : undefined)
      }),
    )
  })
})

describe('a report on anything', () => {
  it('is given, never thrown', () => {
    fc.assert(
      fc.property(text, (sent) => {
        for (const { valid, errors } of [checkCaliper(sent), checkXapi(sent)]) {
          expect(valid).toBe(errors.length === 0)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('one strange item', () => {
  const good = JSON.stringify({ ...event, event_type: 'example_seen', id: 'urn:x' })
  const told = JSON.stringify(statement)
  const strange = {
    'nested a million deep': `{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`,
    'with a hundred thousand keys': keys(100_000),
    'with __proto__ keys': '{"__proto__":{"type":"ViewEvent","event_type":"x"},"constructor":1}',
    'with lone surrogates': '{"\\ud800":"\\udc00","type":"\\ud800","id":"\\udfff"}',
    'with huge numbers': `{"event_type":${'9'.repeat(100_000)},"type":1e999}`,
  }

  for (const [what, sent] of Object.entries(strange)) {
    it(`${what} does not hurt the others`, () => {
      const caliper = readers.Caliper(`{"data":[${good},${sent},${good}]}`)
      const native = readers['native JSON'](`[${good},${sent},${good}]`)
      const lines = readers['native lines']([good, sent, good].join('\n'))
      const xapi = readers.xAPI(`[${told},${sent},${told}]`)
      for (const items of [caliper, native, lines, xapi]) {
        expect(items.map((one) => 'event' in one)).toEqual([
          true,
          what.includes('surrogates') && items === caliper,
          true,
        ])
        expect(
          items.filter((one) => 'errors' in one).every((one) => 'raw' in one && one.raw === sent),
        ).toBe(true)
      }
    })
  }

  it('nested too deep is told so', () => {
    const deep = JSON.stringify({ ...event, event_type: 'x' }).slice(0, -1)
    const sent = (levels: number) => `${deep},"a":${'['.repeat(levels)}${']'.repeat(levels)}}`
    for (const [one, path] of [
      [readers.Caliper(`{"data":[${sent(99)},${sent(100)}]}`), ['data', 1]],
      [readers['native JSON'](`[${sent(99)},${sent(100)}]`), [1]],
      [readers['native lines'](`${sent(99)}\n${sent(100)}`), [1]],
      [readers.xAPI(`[${told},${sent(100)}]`), [1]],
    ] as const) {
      expect(one[0]).toHaveProperty('event')
      expect(one[1]).toMatchObject({ errors: [{ code: 'too_deep', path: [...path] }] })
    }
  })

  it('keeps a key named __proto__ in its text, and its members out of the record', () => {
    const sent = `{"event_type":"x","__proto__":{"user_id":"root"},"timestamp":0}`
    expect(readers['native JSON'](sent)).toMatchObject([
      { event: { raw: sent, actorId: undefined } },
    ])
  })
})

describe('a request of very many items', () => {
  const body = (count: number) => `{"data":[${Array(count).fill('{}').join()}]}`

  it('is refused beyond any real number of them, before they fill the memory', () => {
    expect(readers.Caliper(body(50_000))).toHaveLength(50_000)
    const tooMany: [(text: string) => unknown, string][] = [
      [readers.Caliper, body(50_001)],
      [readers['native JSON'], body(50_001).slice(8, -1)],
      [readers.xAPI, body(50_001).slice(8, -1)],
      [readers['native lines'], '{}\n'.repeat(50_001)],
    ]
    for (const [read, sent] of tooMany) {
      expect(() => read(sent)).toThrow(expect.objectContaining({ code: 'too_large', status: 413 }))
    }
    expect(readers['native lines']('\n'.repeat(100_000))).toEqual([])
    expect(checkCaliper(body(50_001))).toMatchObject({ errors: [{ code: 'too_large' }] })
    const report = checkXapi(body(50_001).slice(8, -1))
    expect(report).toMatchObject({ errors: [{ code: 'too_large' }] })
  })

  it('is reported on up to a length that people read', () => {
    const { valid, errors, entityCount } = checkCaliper(body(10_000))
    expect({ valid, entityCount }).toEqual({ valid: false, entityCount: 10_000 })
    expect(errors).toHaveLength(1001)
    expect(errors.at(-1)).toMatchObject({ code: 'too_many' })

    const id = 'urn:uuid:019a7c2e-3b4d-7a10-8f00-0123456789ab'
    const warned = JSON.stringify(anEnvelope(Array(1500).fill(aViewEvent({ id }))))
    expect(checkCaliper(warned)).toMatchObject({ valid: true, eventCount: 1500, errors: [] })
  })
})

describe('a text of xAPI that was made to take long', () => {
  const long = (unit: string) => unit.repeat(200_000)
  for (const [what, test, sent] of [
    ['a language tag', isLanguageTag, `en-${long('abc-')}`],
    ['a duration of digits', isDuration, `P${long('1')}`],
    ['a duration of fractions', isDuration, `PT${long('1.1')}S`],
    ['a timestamp of digits', isTimestamp, `2026-11-21T09:30:00.${long('0')}`],
    ['a timestamp of zones', isTimestamp, `2026-11-21T09:30${long('-00')}`],
    ['an address of at signs', isMailto, `mailto:${long('a@')}`],
  ] as const) {
    it(`${what}, is judged in linear time`, () => {
      const began = performance.now()
      test(sent)
      // A quadratic test takes minutes; a linear one some milliseconds, on a machine that has others
      // to serve.
      expect(performance.now() - began).toBeLessThan(1000)
    })
  }

  it('has at most a hundred reasons, however much is wrong', () => {
    const wrong = `{${Array.from({ length: 20_000 }, (_, n) => `"k${n}":null`).join()}}`
    const [item] = readers.xAPI(wrong)
    expect(item).toMatchObject({ errors: { length: 100 } })
  })
})

function itemsOf(sent: string, read: (sent: string) => ReturnType<typeof readers.Caliper>) {
  try {
    return read(sent)
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError)
    return []
  }
}

function keys(count: number): string {
  return `{${Array.from({ length: count }, (_, n) => `"k${n}":${n}`).join()}}`
}
