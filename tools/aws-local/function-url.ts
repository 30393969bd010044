import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type LocalFunction, THROTTLED } from './local-function'
import {
  failure,
  type StreamedReply,
  streamedReply,
  type UrlReply,
  urlEvent,
  urlReply,
} from './url-event'

export interface FunctionUrl extends AsyncDisposable {
  /** The URL is `http://127.0.0.1:…`. */
  url: string
}

// No request that fits into an event is larger; further bytes need not be held in memory.
const MAX_BODY_BYTES = 6_291_556

export interface UrlOptions {
  /** This is the port; 0 takes a free one. */
  port?: number
  /** The function is told this address of the caller; by default, that of the connection. */
  sourceIp?: string
}

/**
 * Opens a port of this machine that stands for the URL of a function.
 * @param targetOf finds the function, with each request
 */
export async function startFunctionUrl(
  targetOf: () => LocalFunction,
  { port = 0, sourceIp }: UrlOptions = {},
): Promise<FunctionUrl> {
  const server = createServer((request, response) => {
    const target = targetOf()
    response.once('finish', () => countAnswer(target, response.statusCode))
    answer(target, request, response, sourceIp).catch(() => response.destroy())
  })
  server.listen(port, '127.0.0.1')
  await new Promise((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Counts an answer as Lambda does ("Monitoring Lambda function URLs"). */
function countAnswer({ spec }: LocalFunction, status: number) {
  spec.onCounted?.('UrlRequestCount', 1)
  spec.onCounted?.('Url4xxCount', status >= 400 && status < 500 ? 1 : 0)
  spec.onCounted?.('Url5xxCount', status >= 500 ? 1 : 0)
}

async function answer(
  target: LocalFunction,
  request: IncomingMessage,
  response: ServerResponse,
  sourceIp = request.socket.remoteAddress ?? '127.0.0.1',
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request
  const body = await bodyOf(request)
  const event = body && urlEvent({ method, target: url, headers, body, sourceIp, at: new Date() })
  const isHead = method === 'HEAD'
  if (!event) return send(response, isHead, failure(413))
  const given = await target.invokeRaw(event)
  if (given.kind === 'failed' && given.errorType === THROTTLED) {
    return send(response, isHead, failure(429))
  }
  if (given.kind === 'streamed') return stream(response, isHead, await streamedReply(given))
  return send(response, isHead, urlReply(given))
}

function send(response: ServerResponse, isHead: boolean, { status, headers, body }: UrlReply) {
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.end(isHead ? undefined : body)
}

/**
 * Sends what a function writes, as it comes. It goes on writing when nobody is there any more
 * ("Streaming responses are not interrupted or stopped when the invoking client connection is
 * broken", Lambda's guide).
 */
async function stream(response: ServerResponse, isHead: boolean, reply: StreamedReply) {
  response.writeHead(reply.status, reply.headers)
  response.flushHeaders()
  for await (const part of reply.body) {
    if (isHead || response.destroyed || response.write(part)) continue
    await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
  response.end()
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    bytes += part.length
    if (bytes <= MAX_BODY_BYTES) parts.push(part)
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(parts)
}
