import { describe, expect, it } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGuard, type Resolve } from '../../src/outbound/guard'
import { createSend } from '../../src/webhooks/sending/send'
import { aReceiver } from '../support/deliveries'

const send = createSend({ guard: createGuard({ allowPrivate: true }) })
const headers = { 'content-type': 'application/json' }

/** Answers each question with the next of these; the last one stays. */
function inTurn(...answers: string[]): Resolve & { asked: number } {
  const resolve = async () => {
    const address = answers[Math.min(resolve.asked++, answers.length - 1)]!
    return [{ address, family: 4 }]
  }
  resolve.asked = 0
  return resolve
}

/** A server below HTTP: writes what it is told once something came. */
async function aRawServer(onRequest: (write: (text: string) => boolean) => void) {
  const closed = Promise.withResolvers<void>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('close', closed.resolve)
    socket.once('data', () => onRequest((text) => socket.writable && socket.write(text)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const url = `http://127.0.0.1:${port}/`
  return { url, closed: closed.promise, [Symbol.dispose]: () => void server.close() }
}

describe('Sending a webhook', () => {
  it('posts the body, its length in bytes and the headers, and gives the status', async () => {
    await using receiver = aReceiver(() => new Response('thanks', { status: 202 }))
    const reply = await send(`${receiver.url}?a=b`, headers, '{"a":"é"}')
    expect(reply).toEqual({
      kind: 'answered',
      status: 202,
      retryAfter: undefined,
      body: 'thanks',
    })
    expect(receiver.received).toMatchObject([
      { path: '/hook', headers: { ...headers, 'content-length': '10' }, body: '{"a":"é"}' },
    ])
  })

  it('passes on how long the target asks to wait', async () => {
    await using receiver = aReceiver(
      () => new Response('', { status: 503, headers: { 'retry-after': '120' } }),
    )
    const reply = await send(receiver.url, headers, '{}')
    expect(reply).toMatchObject({ kind: 'answered', status: 503, retryAfter: '120' })
  })

  for (const status of [301, 302, 303, 307, 308]) {
    it(`does not follow a ${status}`, async () => {
      await using elsewhere = aReceiver()
      await using receiver = aReceiver(() => Response.redirect(elsewhere.url, status))
      expect(await send(receiver.url, headers, '{}')).toMatchObject({ status })
      expect(elsewhere.received).toEqual([])
    })
  }

  it('says why there was no reply', async () => {
    const gone = aReceiver()
    await gone[Symbol.asyncDispose]()
    const reply = await send(gone.url, headers, '{}')
    expect(reply).toMatchObject({ kind: 'failed', reason: 'connection refused' })
  })

  it('gives up on a target that does not answer in time', async () => {
    using silent = await aRawServer(() => {})
    const hasty = createSend({ guard: createGuard({ allowPrivate: true }), timeoutMs: 50 })
    const reply = await hasty(silent.url, headers, '{}')
    expect(reply).toEqual({ kind: 'failed', reason: 'no answer within 50 ms' })
  })

  it('gives up on a name that does not resolve in time', async () => {
    const guard = createGuard({
      allowPrivate: true,
      resolve: () => Bun.sleep(60).then(() => [{ address: '127.0.0.1', family: 4 }]),
    })
    const reply = await createSend({ guard, timeoutMs: 20 })('http://slow.example/', headers, '{}')
    expect(reply).toEqual({ kind: 'failed', reason: 'no answer within 20 ms' })
  })

  it('takes the status of a target whose body never ends', async () => {
    using drip = await aRawServer((write) => {
      write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbeginning')
    })
    const hasty = createSend({ guard: createGuard({ allowPrivate: true }), timeoutMs: 100 })
    expect(await hasty(drip.url, headers, '{}')).toMatchObject({ kind: 'answered', status: 200 })
    await drip.closed
  })

  it('reads no more than a little of a long reply', async () => {
    let written = 0
    using flood = await aRawServer((write) => {
      write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const timer = setInterval(() => {
        written += 1
        if (!write(`3e8\r\n${'x'.repeat(1000)}\r\n`)) clearInterval(timer)
      }, 1)
    })
    expect(await send(flood.url, headers, '{}')).toMatchObject({ kind: 'answered', status: 200 })
    await flood.closed
    expect(written).toBeLessThan(100)
  })

  it('calls a reply that is not HTTP a failure', async () => {
    using garbled = await aRawServer((write) => write('SSH-2.0-OpenSSH_9.6\r\n'))
    expect(await send(garbled.url, headers, '{}')).toMatchObject({ kind: 'failed' })
  })

  it('connects to the address that was checked, whatever the name resolves to next', async () => {
    await using receiver = aReceiver()
    const resolve = inTurn('127.0.0.1', '10.255.255.1')
    const guard = createGuard({ allowPrivate: true, resolve })
    const target = `http://rebind.example:${receiver.port}/hook`
    expect(await createSend({ guard })(target, headers, '{}')).toMatchObject({ status: 200 })
    expect(resolve.asked).toBe(1)
    expect(receiver.received[0]!.headers.host).toBe(`rebind.example:${receiver.port}`)
  })

  it('refuses a name that was public when it was entered and is private now', async () => {
    await using receiver = aReceiver()
    const guard = createGuard({
      allowPrivate: false,
      resolve: inTurn('93.184.215.14', '127.0.0.1'),
    })
    const target = `http://rebind.example:${receiver.port}/hook`
    await guard.check(target)
    expect(await createSend({ guard })(target, headers, '{}')).toEqual({
      kind: 'failed',
      reason: 'rebind.example is not at a public address (range loopback)',
    })
    expect(receiver.received).toEqual([])
  })

  it('tries all the addresses that were checked', async () => {
    await using receiver = aReceiver()
    // Nothing listens on 127.0.0.2 at this port.
    const resolve = async () =>
      ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }))
    const guard = createGuard({ allowPrivate: true, resolve })
    const target = `http://two.example:${receiver.port}/`
    expect(await createSend({ guard })(target, headers, '{}')).toMatchObject({ status: 200 })
  })

  it.skipIf(!Bun.which('openssl'))(
    'does not trust a certificate that no one vouches for',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'nonius-tls-'))
      const file = (name: string) => join(folder, name)
      const made = Bun.spawnSync(
        `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1
       -subj /CN=hook.example -keyout ${file('key')} -out ${file('cert')}`.split(/\s+/),
      )
      expect(made.exitCode).toBe(0)
      let called = 0
      await using server = Bun.serve({
        hostname: '127.0.0.1',
        port: 0,
        tls: { key: readFileSync(file('key')), cert: readFileSync(file('cert')) },
        fetch: () => new Response(`${called++}`),
      })
      const guard = createGuard({ allowPrivate: true, resolve: inTurn('127.0.0.1') })
      const reply = await createSend({ guard })(
        `https://hook.example:${server.port}/`,
        headers,
        '{}',
      )
      expect(reply).toMatchObject({
        kind: 'failed',
        reason: expect.stringContaining('certificate'),
      })
      expect(called).toBe(0)
      rmSync(folder, { recursive: true })
    },
  )
})

describe('What a receiver answered', () => {
  const answering = (body: Uint8Array | string, headers: Record<string, string> = {}) =>
    aReceiver(() => new Response(body, { status: 500, headers }))
  const cases: [what: string, body: Uint8Array | string, kept: string][] = [
    ['as it is', 'ça\tne va pas\r\n', 'ça\tne va pas\r\n'],
    ['up to 4 KB', 'x'.repeat(100_000), 'x'.repeat(4096)],
    ['up to the last whole character', `${'x'.repeat(4095)}é`, 'x'.repeat(4095)],
    ['without what a terminal would act upon', 'a\u001b[2Jb\0c', 'a\ufffd[2Jb\ufffdc'],
    ['with marks where it is no text', Uint8Array.of(0xff, 0x41), '\ufffdA'],
    ['in 4 KB even where it is no text', new Uint8Array(4096).fill(0xff), '\ufffd'.repeat(1365)],
  ]
  for (const [what, body, kept] of cases) {
    it(`is kept ${what}`, async () => {
      await using receiver = answering(body)
      expect(await send(receiver.url, {}, '{}')).toMatchObject({ status: 500, body: kept })
    })
  }

  it('is not kept, nor unpacked, where it is compressed', async () => {
    const bomb = Bun.gzipSync(Buffer.alloc(4 * 1024 * 1024))
    await using receiver = answering(bomb, { 'content-encoding': 'gzip' })
    expect(await send(receiver.url, {}, '{}')).toMatchObject({ status: 500, body: undefined })
  })
})
