import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { type FunctionUrl, startFunctionUrl } from '../../../tools/aws-local/function-url'
import { aFunction } from './functions'

const echo = aFunction('bundle.echo')
const stream = aFunction('bundle.stream')
let url: FunctionUrl
let streaming: FunctionUrl
beforeAll(async () => {
  url = await startFunctionUrl(() => echo)
  streaming = await startFunctionUrl(() => stream)
})
afterAll(async () => {
  for (const one of [url, streaming, echo, stream]) await one[Symbol.asyncDispose]()
})

async function eventOf(path: string, init: RequestInit = {}) {
  const reply = await fetch(url.url + path, init)
  return (await reply.json()) as Record<string, never> & { headers: Record<string, string> }
}

const bytes = Uint8Array.of(0, 255, 128)
const bodies: [
  name: string,
  type: string,
  body: string | Uint8Array,
  encoding: string,
  isText: boolean,
][] = [
  ['JSON', 'application/json; charset=utf-8', '{"a":"ü"}', 'identity', true],
  ['text', 'text/plain', 'a', 'identity', true],
  ['JSON lines', 'application/x-ndjson', '{}', 'identity', false],
  ['another kind of JSON', 'application/ld+json', '{}', 'identity', false],
  ['bytes', 'application/octet-stream', bytes, 'identity', false],
  ['JSON that is not UTF-8', 'application/json', bytes, 'identity', false],
  ['compressed JSON', 'application/json', gzipSync('{}'), 'gzip', false],
]

describe("a function's URL", () => {
  it('gives the function path and query as they were sent, and the query taken apart', async () => {
    const event = await eventOf('/a%20b/c?x=1&y=%C3%BC&x=2')
    expect(event).toMatchObject({
      version: '2.0',
      rawPath: '/a%20b/c',
      rawQueryString: 'x=1&y=%C3%BC&x=2',
      queryStringParameters: { x: '1,2', y: 'ü' },
      isBase64Encoded: false,
    })
    expect(event).not.toHaveProperty('body')
  })

  it('gives it the method, who sent it and when', async () => {
    const event = await eventOf('/', { method: 'DELETE', headers: { 'User-Agent': 'a test' } })
    const http = { method: 'DELETE', sourceIp: '127.0.0.1', userAgent: 'a test', path: '/' }
    const time = expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/)
    expect(event.requestContext).toMatchObject({ http, time } as never)
  })

  it('gives it headers in lower case, and cookies on their own', async () => {
    const event = await eventOf('/', { headers: { 'X-Own': 'A', Cookie: 'a=1; b=2' } })
    expect(event.headers['x-own']).toBe('A')
    expect(event.headers).not.toHaveProperty('cookie')
    expect(event.cookies).toEqual(['a=1', 'b=2'] as never)
  })

  for (const [name, type, body, encoding, isText] of bodies) {
    it(`gives it ${name} as ${isText ? 'text' : 'base64'}`, async () => {
      const headers = { 'Content-Type': type, 'Content-Encoding': encoding }
      const event = await eventOf('/', { method: 'POST', headers, body: new Blob([body]) })
      expect(event.isBase64Encoded).toBe(!isText as never)
      const held = Buffer.from(event.body!, isText ? 'utf8' : 'base64')
      expect(held).toEqual(Buffer.from(body as string))
    })
  }

  it('answers with status, headers and cookies of the function', async () => {
    const reply = await fetch(url.url)
    expect(reply.status).toBe(201)
    expect(reply.headers.get('x-own')).toBe('yes')
    expect(reply.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2'])
  })

  it('answers with bytes that the function gave in base64', async () => {
    const reply = await fetch(`${url.url}/bytes`)
    expect(await reply.bytes()).toEqual(Uint8Array.of(0, 255))
  })

  it('answers 200 with what a function returned that names no status', async () => {
    const reply = await fetch(`${url.url}/text`)
    expect([reply.status, await reply.text()]).toEqual([200, 'plain'])
  })

  it('answers with what a streaming function wrote', async () => {
    const reply = await fetch(streaming.url)
    expect([reply.status, await reply.text()]).toEqual([202, 'one two'])
    expect(reply.headers.get('x-own')).toBe('streamed')
  })

  it('has no body in its answer to HEAD', async () => {
    const reply = await fetch(url.url, { method: 'HEAD' })
    expect([reply.status, await reply.text()]).toEqual([201, ''])
  })

  for (const path of ['/throw', '/large']) {
    it(`is 502 when the function fails or says too much (${path})`, async () => {
      const reply = await fetch(url.url + path)
      expect([reply.status, await reply.json()]).toEqual([
        502,
        { Message: 'Internal Server Error' },
      ])
    })
  }

  it('is 413 for what does not fit into an event: 6 MB of text, or three quarters of it in base64', async () => {
    const sizes = [
      [6_280_000, 'text/plain', 201],
      [6_291_557, 'text/plain', 413],
      [4_700_000, 'application/gzip', 201],
      [4_720_000, 'application/gzip', 413],
    ] as const
    for (const [size, type, status] of sizes) {
      const headers = { 'Content-Type': type }
      const init = { method: 'POST', headers, body: Buffer.alloc(size, 'x') }
      expect((await fetch(`${url.url}/bytes`, init)).status).toBe(status === 201 ? 200 : status)
    }
  })
})

describe('a streamed answer', () => {
  it('arrives as it is written, while its process takes no other event', async () => {
    await using slow = aFunction('bundle.slowly', {}, 2)
    await using url = await startFunctionUrl(() => slow)
    const reader = (await fetch(`${url.url}/50`)).body!.getReader()
    const began = performance.now()
    const first = new TextDecoder().decode((await reader.read()).value)
    expect(performance.now() - began).toBeLessThan(500) // the whole takes a second
    expect(first.length).toBeLessThan('word '.repeat(25).length)

    const other = await fetch(`${url.url}/1`)
    expect([other.headers.get('x-count'), await other.text()]).toEqual(['1', 'word '])
    expect(slow.sandboxes()).toBe(2)
    let rest = first
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      rest += new TextDecoder().decode(part.value)
    }
    expect(rest).toBe('word '.repeat(50))
    expect((await fetch(`${url.url}/1`)).headers.get('x-count')).toBe('2')
  })

  it('is written to its end when nobody is there any more, as on AWS', async () => {
    await using slow = aFunction('bundle.slowly', {}, 1)
    await using url = await startFunctionUrl(() => slow)
    const leaving = new AbortController()
    await fetch(`${url.url}/20`, { signal: leaving.signal })
    leaving.abort()
    const next = await fetch(`${url.url}/1`)
    expect(slow.logged).toContain('the end')
    expect(next.headers.get('x-count')).toBe('2')
  })

  it('is cut off when the time of the function is over', async () => {
    await using slow = aFunction('bundle.slowly', { timeout: 1 }, 1)
    await using url = await startFunctionUrl(() => slow)
    const reply = await fetch(`${url.url}/500`)
    expect(reply.status).toBe(200)
    await expect(reply.text()).rejects.toThrow()
    expect(slow.logged).toContain('Task timed out after 1 seconds')
    expect((await fetch(`${url.url}/1`)).headers.get('x-count')).toBe('1')
  })
})
