import { describe, expect, it } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { createEventStream } from '../../src/http/live/event-stream'
import { createHeldRecords } from '../../src/http/live/held-records'
import { eventText } from '../../src/http/live/message'
import type { Subscriber } from '../../src/live/live'
import { type HttpServer, serveHttp } from '../../src/platform/local/serve'
import { startTestApp, type TestApp } from '../support/app'
import { readStream } from '../support/event-stream'
import { aRecord } from '../support/records'

// Ten times what the buffers of a connection on one machine take.
const EVENTS = 5000
const PAD = 'x'.repeat(8000)

async function serve(app: TestApp): Promise<HttpServer> {
  return serveHttp({ host: '127.0.0.1', port: 0, fetch: app.app.fetch })
}

async function store(app: TestApp, from: number, count: number) {
  const records = Array.from({ length: count }, (_, n) =>
    aRecord({ eventId: `e${from + n}`, raw: JSON.stringify({ n: from + n, PAD }) }),
  )
  await app.platform.events.append(records)
}

function openRaw({ url }: HttpServer, key: string): Socket {
  const socket = connect(Number(url.port), url.hostname)
  socket.on('error', () => {})
  socket.write(`GET /api/v1/events/stream HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\n\r\n`)
  return socket
}

async function until(isSo: () => boolean) {
  while (!isSo()) await Bun.sleep(5)
}

describe('an event stream over a connection', () => {
  it('passes nothing over for who reads slowly, and holds up no other', async () => {
    await using app = await startTestApp()
    await using server = await serve(app)
    const { live } = app.services!
    const stuck = openRaw(server, app.keys.demo).pause()
    const address = new URL('/api/v1/events/stream?format=raw', server.url)
    const [slow, fast] = await Promise.all([1, 2].map(() => fetch(address, { headers: app.as() })))
    await using fastStream = readStream(fast!.body!)
    await using slowStream = readStream(slow!.body!)
    await until(() => live!.state().subscribers === 3)
    const numbers = Array.from({ length: EVENTS }, (_, n) => n)
    const numbersOf = (events: { event: { n: number } }[]) => events.map(({ event }) => event.n)
    // The slow one reads nothing while all of it is stored.
    const reading = fastStream.events<{ event: { n: number } }>(EVENTS)
    for (let n = 0; n < EVENTS; n += 500) await store(app, n, 500)
    expect(numbersOf(await reading)).toEqual(numbers)
    expect(numbersOf(await slowStream.events(EVENTS))).toEqual(numbers)
    stuck.destroy()
    await until(() => live!.state().subscribers === 2)
  }, 60_000)

  it('has told its end to who took nothing, once that reads on', async () => {
    const ends = Promise.withResolvers<void>()
    const subscriber: Subscriber = {
      id: 'sub_1',
      from: 'p0',
      update() {},
      ready: () => fill(),
      [Symbol.dispose]: () => ends.resolve(),
    }
    let taken = 0
    function stored(n: number) {
      return { record: aRecord({ raw: `"${PAD}"` }), position: () => `p${n}` }
    }
    const stream = createEventStream({
      held: createHeldRecords(),
      write: (one) => eventText(one, 'raw'),
      stallMs: 200,
    })
    function fill() {
      do taken += 1
      while (stream.sink.take(stored(taken)))
    }
    await using server = serveHttp({
      host: '127.0.0.1',
      port: 0,
      fetch() {
        stream.begin(subscriber)
        fill()
        return new Response(stream.body)
      },
    })
    const socket = openRaw(server, '').pause()
    await ends.promise
    const whole = taken
    let text = ''
    socket.on('data', (part) => (text += part))
    socket.resume()
    // The end of a body in chunks (RFC 9112, section 7.1).
    await until(() => text.endsWith('\r\n0\r\n\r\n'))
    const ids = [...text.matchAll(/^id: p(\d+)$/gm)].map(([, n]) => Number(n))
    const sent = ids.filter((id) => id > 0)
    expect(sent).toEqual(sent.map((_, n) => n + 1))
    expect(sent.length).toBeLessThanOrEqual(whole)
    socket.destroy()
  }, 20_000)

  it('ends at once, with a word, when the server stops', async () => {
    await using app = await startTestApp()
    const server = await serve(app)
    const response = await fetch(new URL('/api/v1/events/stream', server.url), {
      headers: app.as(),
    })
    await using stream = readStream(response.body!)
    expect((await stream.next())!.name).toBe('ready')
    const begun = performance.now()
    await app.services!.live![Symbol.asyncDispose]()
    expect(await stream.next()).toMatchObject({ name: 'end', data: expect.any(String) })
    expect(await stream.next()).toBeUndefined()
    await server[Symbol.asyncDispose]()
    expect(performance.now() - begun).toBeLessThan(3000)
  })

  it('has left its place when its time is over, though its reader takes nothing more', async () => {
    await using app = await startTestApp()
    const { live, identity } = app.services!
    const stream = createEventStream({
      held: createHeldRecords(),
      write: (one) => eventText(one, 'raw'),
      maxMs: 100,
    })
    const principal = (await identity.authenticate(app.keys.demo))!
    stream.begin(await live!.subscribe({ principal, sink: stream.sink }))
    await stream.body.getReader().read()
    expect(live!.state().subscribers).toBe(1)
    await until(() => live!.state().subscribers === 0)
  })

  it('leaves nothing behind of two hundred that come and go at once', async () => {
    await using app = await startTestApp()
    await using server = await serve(app)
    const { live } = app.services!
    const sockets = Array.from({ length: 200 }, () => openRaw(server, app.keys.demo))
    await until(() => live!.state().subscribers === 200)
    await store(app, 0, 10)
    for (const socket of sockets) socket.destroy()
    await until(() => live!.state().subscribers === 0)
    expect(live!.state()).toEqual({ subscribers: 0, queued: 0 })
    // Some are gone before they are answered.
    for (let n = 0; n < 200; n += 1) openRaw(server, app.keys.demo).destroy()
    await Bun.sleep(200)
    await until(() => live!.state().subscribers === 0)
  }, 30_000)
})
