import { describe, expect, it } from 'bun:test'
import type { StoredRecord } from '../../platform/live-feed'
import { createEventStream, type StreamOptions } from './event-stream'
import { messageText } from './message'

const decoder = new TextDecoder()

function stored(position: string, raw = '{}'): StoredRecord {
  return { record: { raw } as StoredRecord['record'], position: () => position }
}

/** A stream with a reader, and what its subscription was told. */
function aScene(options: Partial<StreamOptions> = {}) {
  const told = { ready: 0, disposed: 0, ended: 0 }
  const stream = createEventStream({
    write: ({ record, position }) => messageText({ id: position(), data: record.raw }),
    ended() {
      told.ended += 1
    },
    ...options,
  })
  const subscriber = {
    id: 'sub_1',
    from: 'p0',
    update() {},
    ready() {
      told.ready += 1
    },
    [Symbol.dispose]() {
      told.disposed += 1
    },
  }
  const reader = stream.body.getReader()
  const begin = () => stream.begin(subscriber)
  async function read() {
    const { value, done } = await reader.read()
    return done ? undefined : decoder.decode(value)
  }
  return { ...stream, told, begin, reader, read }
}

const READY =
  'retry: 2000\n\nevent: ready\nid: p0\ndata: {"type":"ready","subscriber_id":"sub_1","position":"p0"}\n\n'

describe('an event stream', () => {
  it('says first where it begins, also when events came before that', async () => {
    const { sink, begin, read } = aScene()
    sink.take(stored('p1'))
    begin()
    expect(await read()).toBe(`${READY}id: p1\ndata: {}\n\n`)
  })

  it('gives each event its position, one line of data, and those of a moment together', async () => {
    const { sink, begin, read } = aScene()
    begin()
    await read()
    const next = read()
    await Bun.sleep(1)
    sink.take(stored('p1', '{"a":\r\n1}'))
    sink.take(stored('p2'))
    sink.resync('gone', 'p7')
    sink.take(stored('p8'))
    expect(await next).toBe(
      'id: p1\ndata: {"a":  1}\n\nid: p2\ndata: {}\n\n' +
        'event: resync\nid: p7\ndata: {"type":"resync","reason":"gone","after":"p7"}\n\n' +
        'id: p8\ndata: {}\n\n',
    )
  })

  it('takes no more than it may hold, and says when it takes more', async () => {
    for (const raw of ['{}', JSON.stringify('x'.repeat(10_000))]) {
      const { sink, begin, read, told } = aScene()
      begin()
      let count = 1
      while (sink.take(stored(`p${count}`, raw))) count += 1
      expect(count).toBeLessThanOrEqual(64)
      expect(count * raw.length).toBeLessThanOrEqual(64 * 1024 + raw.length)
      await Bun.sleep(5)
      expect(told.ready).toBe(0)
      expect((await read())!.match(/^id: p\d/gm)).toHaveLength(count + 1)
      void read()
      await Bun.sleep(1)
      expect(told.ready).toBe(1)
    }
  })

  it('ends with a reason once everything is sent, and lets its subscription go', async () => {
    for (const reason of ['revoked', 'stopping', 'failed'] as const) {
      const { sink, begin, read, told } = aScene()
      begin()
      sink.take(stored('p1'))
      sink.end(reason)
      const text = (await read())!
      expect(text.endsWith(`event: end\ndata: {"type":"end","reason":"${reason}"}\n\n`)).toBe(true)
      expect(text).toContain('id: p1')
      expect(await read()).toBeUndefined()
      expect(told).toMatchObject({ disposed: 1, ended: 1 })
      // What comes too late is nobody's.
      expect(sink.take(stored('p2'))).toBe(true)
    }
  })

  it('lets its subscription go when the reader goes, whatever it waits for', async () => {
    const waiting = aScene()
    waiting.begin()
    await waiting.read()
    const next = waiting.read()
    await Bun.sleep(1)
    await waiting.reader.cancel()
    expect(await next).toBeUndefined()
    expect(waiting.told).toEqual({ ready: 0, disposed: 1, ended: 1 })

    const early = aScene()
    await early.reader.cancel()
    early.begin()
    expect(early.told).toMatchObject({ disposed: 1, ended: 1 })
  })

  it('keeps the connection open with comments, as long as nothing else comes', async () => {
    const { begin, read } = aScene({ keepaliveMs: 20 })
    begin()
    await read()
    expect(await read()).toBe(':\n\n')
    expect(await read()).toBe(':\n\n')
  })

  it('ends for who takes nothing, but not for who has nothing to take', async () => {
    const { sink, begin, read, told } = aScene({ stallMs: 40, keepaliveMs: 30 })
    begin()
    expect(await read()).toBe(READY)
    for (let turn = 0; turn < 3; turn += 1) expect(await read()).toBe(':\n\n')
    expect(told.disposed).toBe(0)
    sink.take(stored('p1'))
    expect(await read()).toContain('id: p1')
    sink.take(stored('p2'))
    await Bun.sleep(20)
    expect(told.disposed).toBe(0)
    await Bun.sleep(100)
    expect(told.disposed).toBe(1)
    expect(await read()).toBeUndefined()
  })

  it('ends after its time, and sends first what waits', async () => {
    const { sink, begin, read, told } = aScene({ maxMs: 20 })
    begin()
    sink.take(stored('p1'))
    await Bun.sleep(40)
    expect(await read()).toContain('id: p1')
    expect(await read()).toBeUndefined()
    expect(told.disposed).toBe(1)
  })

  it('lets its subscription go when an event cannot be written', async () => {
    const { sink, begin, read, told } = aScene({
      write() {
        throw new Error('broken')
      },
    })
    begin()
    sink.take(stored('p1'))
    expect(read()).rejects.toThrow('broken')
    await Bun.sleep(1)
    expect(told.disposed).toBe(1)
  })
})
