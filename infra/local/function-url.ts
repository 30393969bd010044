import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalFunction } from './local-function'
import { failure, type UrlReply, urlEvent, urlReply } from './url-event'

export interface FunctionUrl extends AsyncDisposable {
  /** `http://127.0.0.1:…` */
  url: string
}

// No request that fits into an event is larger; what comes after it need not be held in memory.
const MAX_BODY_BYTES = 6_291_556

/** A port of this machine that stands for the URL of a function. @param port 0 takes a free one */
export async function startFunctionUrl(target: LocalFunction, port = 0): Promise<FunctionUrl> {
  const server = createServer((request, response) => {
    answer(target, request, response).catch(() => response.destroy())
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

async function answer(target: LocalFunction, request: IncomingMessage, response: ServerResponse) {
  const { status, headers, body } = await replyOf(target, request)
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function replyOf(target: LocalFunction, request: IncomingMessage): Promise<UrlReply> {
  const body = await bodyOf(request)
  const event =
    body &&
    urlEvent({
      method: request.method ?? 'GET',
      target: request.url ?? '/',
      headers: request.headers,
      body,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      at: new Date(),
    })
  return event ? urlReply(await target.invokeRaw(event)) : failure(413)
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
