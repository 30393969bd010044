import { describe, expect, it } from 'bun:test'
import type { StoredRecord } from '../../platform/live-feed'
import { createEventStream, type StreamOptions } from './event-stream'
import { createHeldRecords } from './held-records'
import { messageText } from './message'

const decoder = new TextDecoder()

function stored(position: string, raw = '{}'): StoredRecord {
  return {
    record: { raw, tenantId: 'default' } as StoredRecord['record'],
    position: () => position,
  }
}

/** A stream with a reader, and what its subscription was told. */
function aScene(options: Partial<StreamOptions> = {}) {
  const told = { ready: 0, disposed: 0, ended: 0 }
  const stream = createEventStream({
    held: createHeldRecords(),
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
      let text = ''
      const ids = () => text.match(/^id: p\d/gm) ?? []
      while (ids().length < count + 1 || !text.endsWith('\n\n')) text += await read()
      void read()
      await Bun.sleep(1)
      expect(told.ready).toBe(1)
    }
  })

  it('gives a large event in pieces, no character of which is cut', async () => {
    for (const before of ['', 'x']) {
      const { sink, begin, reader } = aScene()
      begin()
      await reader.read()
      const raw = JSON.stringify(before + '😀é'.repeat(50_000))
      sink.take(stored('p1', raw))
      const parts: Uint8Array[] = []
      const whole = `id: p1\ndata: ${raw}\n\n`
      while (Buffer.concat(parts).length < Buffer.byteLength(whole)) {
        const { value } = await reader.read()
        expect(value!.length).toBeLessThanOrEqual(64 * 1024)
        parts.push(value!)
      }
      expect(Buffer.concat(parts).toString()).toBe(whole)
    }
  })

  it('ends for want of memory where others of its tenant hold all, and gives it back', async () => {
    const held = createHeldRecords(400_000)
    const large = () => stored('p1', JSON.stringify('x'.repeat(40_000)))
    const scenes = Array.from({ length: 5 }, () => aScene({ held }))
    for (const { sink, begin } of scenes) {
      begin()
      sink.take(large())
    }
    const told = () => scenes.map((scene) => scene.told.ended)
    const texts = await Promise.all(
      scenes.map(async ({ read }) => {
        let text = ''
        for (let turn = 0; turn < 3; turn += 1) text += (await read()) ?? ''
        return text
      }),
    )
    // Two of them fill the half that a tenant may have.
    expect(texts.map((text) => text.includes('"reason":"busy"'))).toEqual([
      ...[false, false, true, true, true],
    ])
    expect(told()).toEqual([0, 0, 1, 1, 1])
    for (const { reader } of scenes) await reader.cancel()
    // One that all share is counted once, and one alone may be of any size.
    const shared = stored('p2', JSON.stringify('x'.repeat(900_000)))
    const again = Array.from({ length: 50 }, () => aScene({ held }))
    for (const { sink, begin } of again) {
      begin()
      sink.take(shared)
    }
    for (const { read, reader } of again) {
      expect(await read()).toContain('id: p2')
      await reader.cancel()
    }
    expect(held.isTight('default')).toBe(false)
  })

  it('takes one record at a time while its tenant holds much, and goes on when it is sent', async () => {
    const held = createHeldRecords(40_000)
    held.take(stored('p0', 'x'.repeat(5000)))
    const { sink, begin, read, told } = aScene({ held })
    begin()
    await read()
    const next = read()
    await Bun.sleep(1)
    expect(sink.take(stored('p1'))).toBe(false)
    expect(await next).toContain('id: p1')
    expect(told.ready).toBe(1)
    const { sink: alone } = aScene({ held: createHeldRecords(40_000) })
    expect(alone.take(stored('p1'))).toBe(true)
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

  it('lets its subscription go at its end, whether or not anybody reads what is left', async () => {
    for (const reads of [0, 1]) {
      for (const isWaiting of [false, true]) {
        const { sink, begin, read, told } = aScene({ maxMs: 20, stallMs: 60 })
        begin()
        for (let n = 0; n < reads; n += 1) await read()
        if (isWaiting) sink.take(stored('p1'))
        await Bun.sleep(40)
        expect(told.disposed).toBe(1)
        // Its connection has the time of a reader that stalls, and is then left to itself.
        await Bun.sleep(80)
        expect(told).toEqual({ ready: 0, disposed: 1, ended: 1 })
      }
    }
    for (const act of ['begins late', 'has no room'] as const) {
      const held = createHeldRecords(2)
      held.take(stored('p0'))
      const { sink, begin, told } = aScene({ held })
      if (act === 'has no room') begin()
      sink.take(stored('p1'))
      if (act === 'begins late') begin()
      expect(told.disposed).toBe(1)
    }
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
