import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** What the proxy does to a request that brings events. */
export type Fault =
  /** It answers in the server's place, which hears nothing; `cors: false` as a gateway does. */
  | { answers: number; headers?: Record<string, string>; body?: string; cors?: boolean }
  /** It takes the request, and neither passes it on nor answers. */
  | 'hang'
  /** It cuts the connection before it has read the body. */
  | 'cut'
  /** It passes half of the body on, and cuts both connections. */
  | 'cut halfway'
  /** It passes the request on, waits for the server's answer, and cuts the connection instead. */
  | 'cut when taken'
  /** It answers as the server did, up to the middle of the body, and cuts the connection. */
  | 'cut in the answer'
  /** It passes the request on, and waits so many milliseconds before it answers. */
  | { delays: number }

/** A request that brought events, as the proxy saw it. */
export interface Passed {
  at: number
  path: string
  body: string
  headers: IncomingMessage['headers']
  /** The status that the page was given; 0 where it was given none. */
  status: number
}

export interface BadProxy extends AsyncDisposable {
  url: string
  /** Every POST since the beginning, also those that were cut; preflights are not among them. */
  passed: Passed[]
  /** Does this to the next `times` requests, to all from now on unless told; undefined passes again. */
  does(fault: Fault | undefined, options?: { times?: number; preflights?: boolean }): void
  /** Resolves once so many requests have come in all. */
  untilPassed(count: number, patienceMs?: number): Promise<void>
}

// What the server says to pages of other origins.
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers':
    'Retry-After,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset',
}

/** A proxy on loopback in front of a server, that can be told to misbehave as networks do. */
export async function startProxy(target: () => string): Promise<BadProxy> {
  const passed: Passed[] = []
  let fault: Fault | undefined
  let left = 0
  let alsoPreflights = false

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => request.socket.destroy())
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url = '/', headers } = request
    if (method === 'OPTIONS' && fault !== undefined && alsoPreflights) {
      return misbehave(fault, { request, response, body: '', seen: undefined })
    }
    if (method !== 'POST') return give(response, await pass(request, await bodyOf(request)))
    const todo = left > 0 ? fault : undefined
    if (todo !== undefined) left -= 1
    const seen: Passed = { at: performance.now(), path: url, body: '', headers, status: 0 }
    passed.push(seen)
    if (todo === 'cut') return request.socket.destroy()
    const body = await bodyOf(request)
    seen.body = body
    if (todo !== undefined) return misbehave(todo, { request, response, body, seen })
    const upstream = await pass(request, body)
    seen.status = upstream.status
    give(response, upstream)
  }

  async function misbehave(todo: Fault, it: Exchange) {
    const { request, response, body, seen } = it
    if (todo === 'hang') return
    if (todo === 'cut') return request.socket.destroy()
    if (todo === 'cut halfway') {
      await passHalf(new URL(target()), request, body)
      return request.socket.destroy()
    }
    if (typeof todo === 'object' && 'answers' in todo) {
      if (seen) seen.status = todo.answers
      const more = todo.cors === false ? {} : CORS
      response.writeHead(todo.answers, { 'Content-Type': 'text/html', ...more, ...todo.headers })
      return response.end(todo.body ?? '<!doctype html><h1>Something else</h1>')
    }
    const upstream = await pass(request, body)
    if (todo === 'cut when taken') return request.socket.destroy()
    if (todo === 'cut in the answer') {
      response.writeHead(upstream.status, {
        ...upstream.headers,
        'Content-Length': upstream.text.length,
      })
      response.write(upstream.text.slice(0, upstream.text.length / 2))
      await Bun.sleep(20)
      return request.socket.destroy()
    }
    await Bun.sleep(todo.delays)
    if (seen) seen.status = upstream.status
    give(response, upstream)
  }

  async function pass(request: IncomingMessage, body: string): Promise<Upstream> {
    const { method = 'GET', url = '/', headers } = request
    const { host: _, connection: __, 'content-length': ___, ...rest } = headers
    const init = { method, headers: rest as Record<string, string>, redirect: 'manual' as const }
    const reply = await fetch(target() + url, method === 'POST' ? { ...init, body } : init)
    const kept = [...reply.headers].filter(([name]) => !HOP.has(name))
    return { status: reply.status, headers: Object.fromEntries(kept), text: await reply.text() }
  }

  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    passed,
    does(next, { times = Number.POSITIVE_INFINITY, preflights = false } = {}) {
      fault = next
      left = next === undefined ? 0 : times
      alsoPreflights = preflights
    },
    async untilPassed(count, patienceMs = 10_000) {
      const end = performance.now() + patienceMs
      while (passed.length < count) {
        if (performance.now() > end) throw new Error(`${passed.length} requests came, not ${count}`)
        await Bun.sleep(10)
      }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  body: string
  seen: Passed | undefined
}

interface Upstream {
  status: number
  headers: Record<string, string>
  text: string
}

// These are of one connection, or of a body that fetch has unpacked.
const HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-encoding',
  'content-length',
])

function give(response: ServerResponse, { status, headers, text }: Upstream) {
  response.writeHead(status, headers)
  response.end(status === 204 || status === 304 ? undefined : text)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function passHalf(to: URL, request: IncomingMessage, body: string): Promise<void> {
  const bytes = Buffer.from(body)
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = connect(Number(to.port), to.hostname, () => {
    const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
    socket.write([`POST ${request.url} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
    socket.write(bytes.subarray(0, bytes.length / 2), () => {
      // The server reads what there is, before the connection ends under it.
      setTimeout(() => socket.destroy(), 20)
    })
  })
  socket.on('error', () => resolve())
  socket.on('close', () => resolve())
  return promise
}

async function listen(server: Server): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return (server.address() as AddressInfo).port
}
