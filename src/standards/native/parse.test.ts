import { describe, expect, it } from 'bun:test'
import { readTable } from '../../../tests/support/list'
import { AppError } from '../../error/app-error'
import type { ReadEvent } from '../../event/reading'
import { formNamed } from './content-type'
import { readNative, readNativeLines } from './parse'

const receivedAt = '2026-11-21T09:30:00.000Z'

function read(value: unknown, at = receivedAt) {
  return readNative(JSON.stringify(value), { receivedAt: at, context: {} }).items
}

function readOne(value: Record<string, unknown>, at = receivedAt): ReadEvent {
  const [item] = read({ event_type: 'example_seen', ...value }, at)
  return (item as { event: ReadEvent }).event
}

describe('a native event becomes a record', () => {
  it('with what it says', () => {
    const sent = {
      event_type: 'lesson_completed',
      timestamp: '2026-11-21T10:30:00+01:00',
      user_id: 'u1',
      source: 'reader',
      session_id: 's1',
      event_id: 'e1',
      properties: { page: 7 },
      more: [1],
    }
    const [item] = read(sent)
    expect(item).toMatchObject({
      id: 'e1',
      event: {
        kind: 'event',
        eventId: 'e1',
        standard: 'native',
        type: 'lesson_completed',
        actorId: 'u1',
        sessionId: 's1',
        edAppId: 'reader',
        eventTime: receivedAt,
        conformant: true,
        issueCodes: [],
        raw: JSON.stringify(sent),
      },
    })
  })

  it('with ids that are counted', () => {
    const record = readOne({ user_id: 42, session_id: 0, id: 9007199254740991 })
    expect(record).toMatchObject({ actorId: '42', sessionId: '0', eventId: '9007199254740991' })
  })

  it('taking null for absent, and a time it does not have from the clock', () => {
    const record = readOne({ timestamp: null, user_id: null, properties: null, event_id: null })
    expect(record).toMatchObject({ eventTime: receivedAt, actorId: undefined })
  })

  for (const [sent, utc] of readTable('=>', import.meta.dir, 'examples/timestamps.txt')) {
    it(`at ${utc}, sent as ${sent}`, () => {
      expect(readOne({ timestamp: JSON.parse(sent!) }).eventTime).toBe(utc!)
    })
  }

  it('with an id of its content when it says when it happened', () => {
    const timestamp = 1_763_717_400
    const { eventId } = readOne({ timestamp })
    expect(readOne({ timestamp }, '2027-01-01T00:00:00.000Z').eventId).toBe(eventId)
    expect(readOne({ timestamp, user_id: 'u1' }).eventId).not.toBe(eventId)
  })

  it('as one of two when neither it nor its twin says when it happened', () => {
    const click = { event_type: 'click' }
    const [first, second] = read([click, click]).map(({ id }) => id)
    expect(first).not.toBe(second)
    expect(readOne(click).eventId).not.toBe(readOne(click, '2026-11-21T09:30:00.001Z').eventId)
  })
})

describe('a native event is refused', () => {
  for (const [code, path, sent] of readTable('|', import.meta.dir, 'examples/refused.txt')) {
    it(`for ${code} at ${path}: ${sent}`, () => {
      const [good, refused] = readNative(`[{"event_type":"a"},${sent}]`, {
        receivedAt,
        context: {},
      }).items
      expect(good).toHaveProperty('event')
      const at = path === '.' ? [1] : [1, path]
      expect(refused).toMatchObject({ index: 1, raw: sent, errors: [{ code, path: at }] })
    })
  }

  it('for every reason there is', () => {
    const [item] = read({ event_type: 7, timestamp: 'soon', user_id: [] })
    const paths = (item as { errors: { path: unknown[] }[] }).errors.map(({ path }) => path)
    expect(paths).toEqual([['event_type'], ['timestamp'], ['user_id']])
  })

  it('for a type or an id that is too long, keeping the rest of the batch', () => {
    const long = (count: number) => 'x'.repeat(count)
    const items = read([
      { event_type: long(256), event_id: long(2048) },
      { event_type: long(257) },
      { event_type: 'a', event_id: long(2049) },
    ])
    expect(items.map((item) => ('errors' in item ? item.errors[0]!.code : 'kept'))).toEqual([
      'kept',
      'too_long',
      'too_long',
    ])
    expect(items[2]).toMatchObject({ id: long(256) })
  })
})

describe('a native body', () => {
  it('is one event, or an array of them', () => {
    expect(read({ event_type: 'a' })).toHaveLength(1)
    expect(read([{ event_type: 'a' }, { event_type: 'b' }])).toHaveLength(2)
    expect(read([])).toEqual([])
  })

  it('is nothing else', () => {
    for (const [text, code] of [
      ['"text"', 'invalid_request'],
      ['null', 'invalid_request'],
      ['{"event_type":', 'invalid_json'],
      ['[{"event_type":"a"},]', 'invalid_json'],
      ['{"event_type":"a"}\n{"event_type":"b"}', 'invalid_json'],
    ] as const) {
      let thrown: unknown
      try {
        readNative(text, { receivedAt, context: {} })
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(AppError)
      expect(thrown).toMatchObject({ code, status: 400 })
    }
  })

  it('may have one event a line, each on its own', () => {
    const text =
      '\ufeff{"event_type":"a"}\r\n\n  {broken\n7\n\t{"event_type":"b"} \n{"event_type":1}'
    const items = readNativeLines(text, { receivedAt, context: {} }).items
    expect(items).toMatchObject([
      { index: 0, event: { type: 'a', raw: '{"event_type":"a"}' } },
      { index: 2, raw: '{broken', errors: [{ code: 'invalid_json', path: [2] }] },
      { index: 3, raw: '7', errors: [{ code: 'not_an_object', path: [3] }] },
      { index: 4, event: { type: 'b' } },
      { index: 5, errors: [{ code: 'wrong_type', path: [5, 'event_type'] }] },
    ])
    expect(readNativeLines('\n \r\n', { receivedAt, context: {} }).items).toEqual([])
  })

  it('says by its media type which it is', () => {
    expect(formNamed('application/json; charset=utf-8')).toBe('document')
    expect(formNamed('application/x-ndjson')).toBe('lines')
    expect(formNamed('Application/JSONL')).toBe('lines')
    for (const unsaid of ['text/plain', undefined]) expect(formNamed(unsaid)).toBe('message')
    expect(formNamed('image/png')).toBeUndefined()
  })
})
