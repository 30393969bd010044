import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { AppError } from '../../../error/app-error'
import { problemOf } from '../../../error/problem'
import type { Log } from '../../../telemetry/log'
import { doorWith, isRefusal } from './door'

/** The URL of a function that streams tells these of a request, and takes an answer in pieces. */
export type StreamingHandler = (event: LambdaFunctionURLEvent, out: Writable) => Promise<void>

interface Needs {
  /** Answers as the app does. @param connection who is at the other end */
  fetch(request: Request, connection: { ip: string }): Response | Promise<Response>
  /**
   * Lists the only paths that are answered: the function may do no more than these need. `{name}` is any
   * one step.
   */
  paths: readonly string[]
  /** Lets a request in, or refuses it; every one is let in when left out. */
  enter?: ReturnType<typeof doorWith>
  /** Writes status and headers in front of the body (`awslambda.HttpResponseStream.from`). */
  begin(out: Writable, head: { statusCode: number; headers: Record<string, string> }): Writable
  /** An answer that has not ended by itself is ended after so many ms, whatever the app was told. */
  maxMs: number
  /** Whoever takes nothing is cut off so many ms later; five seconds when left out. */
  lingerMs?: number
  /** Resolves when nothing is left to be done: behind the end of a call a function may be frozen. */
  settled?: () => Promise<void>
  log: Log
}

// No piece is asked for before the one in hand is taken: the app knows how far its client is.
const ONE_PIECE = { objectMode: true, highWaterMark: 1 }
// Whoever takes what is on its way has it within these.
const LINGER_MS = 5000

/**
 * Makes a handler that has the app answer requests, and hands on the body as the app makes it, no
 * faster than it is taken. A request has no body: what is streamed is only asked for.
 */
export function createStreamingHandler(needs: Needs): StreamingHandler {
  const { fetch, paths, begin, maxMs, lingerMs = LINGER_MS, settled, log } = needs
  const { enter = doorWith(undefined) } = needs
  const patterns = paths.map((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`))
  const isAnswered = (path: string) => patterns.some((one) => one.test(path))

  async function answer(given: LambdaFunctionURLEvent): Promise<Response> {
    const event = enter(given)
    if (isRefusal(event)) {
      return new Response(event.body, { status: event.statusCode, headers: event.headers })
    }
    const { requestId, http } = event.requestContext
    if (!isAnswered(event.rawPath)) return problem(requestId, 'not_found', onlyAt(paths))
    try {
      return await fetch(requestOf(event), { ip: http.sourceIp })
    } catch (error) {
      // The app answers for itself: it could not be opened.
      log.error('nothing can be streamed', { requestId, reason: (error as Error).message })
      return problem(requestId, 'unavailable', 'Events cannot be streamed now. Ask again.')
    }
  }

  async function handOn(given: ReadableStream<Uint8Array>, body: Writable) {
    const reader = given.getReader()
    // A read that waits is answered then: there is no more.
    const cancel = () => void reader.cancel().catch(() => {})
    const cut = new AbortController()
    const ending = setTimeout(cancel, maxMs)
    const cutting = setTimeout(() => cut.abort(), maxMs + lingerMs)
    body.once('close', cancel)
    try {
      await pipeline(Readable.from(piecesOf(reader), ONE_PIECE), body, cut)
    } catch (error) {
      // Whoever listened is gone, and comes again; the app has heard of it, for its body was cancelled.
      log.debug('a stream was cut off', { reason: (error as Error).message })
    } finally {
      for (const timer of [ending, cutting]) clearTimeout(timer)
    }
  }

  return async function handleStreaming(event, out) {
    const response = await answer(event)
    const headers = Object.fromEntries(response.headers)
    const body = begin(out, { statusCode: response.status, headers })
    // Status and headers leave with the first piece, and there may be none.
    body.write('')
    if (response.body === null) body.end()
    else await handOn(response.body, body)
    await settled?.()
  }
}

interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
}

async function* piecesOf(reader: Reader) {
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
}

function requestOf({ rawPath, rawQueryString, headers, requestContext }: LambdaFunctionURLEvent) {
  const { domainName, http } = requestContext
  const query = rawQueryString === '' ? '' : `?${rawQueryString}`
  const given = Object.entries(headers).filter((pair): pair is [string, string] => {
    return pair[1] !== undefined && pair[0] !== 'content-length'
  })
  return new Request(`https://${domainName}${rawPath}${query}`, {
    method: http.method,
    headers: given,
  })
}

const onlyAt = (paths: readonly string[]) =>
  `Only ${paths.join(', ')} is answered here; all else at the address of the API.`

function problem(requestId: string, code: 'not_found' | 'unavailable', detail: string): Response {
  const error = new AppError(code, detail)
  return new Response(JSON.stringify(problemOf(error, requestId)), {
    status: error.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  })
}
