import { randomBytes } from 'node:crypto'
import type { Server, ServerWebSocket } from 'bun'
import type { LocalFunction } from './local-function'
import { urlReply } from './url-event'
import { handshakePart, type RouteKey, type SocketConnection, socketEvent } from './websocket-event'

export interface WebSocketApi extends AsyncDisposable {
  /** The URL is `ws://127.0.0.1:…`. */
  url: string
  /** This is the endpoint of the management API, below which `/API/STAGE/@connections/ID` lies. */
  managementEndpoint: string
}

interface Options {
  apiId: string
  stage: string
  functions: Record<RouteKey, LocalFunction>
  port?: number
  /** The API reports here what API Gateway counts of it. */
  onCounted?(name: string, value: number): void
}

type Socket = ServerWebSocket<SocketConnection>

// A message may have 128 KB of payload ("WebSocket API quotas"); after a larger one the connection
// is closed.
const MAX_MESSAGE_BYTES = 128 * 1024

/**
 * Starts a WebSocket API of API Gateway on a port of this machine: the function for `$connect` says
 * who may connect, the one for `$default` is given each message, answers go out through the
 * management API.
 */
export function startWebSocketApi({
  apiId,
  stage,
  functions,
  port = 0,
  onCounted = () => {},
}: Options): WebSocketApi {
  const sockets = new Map<string, Socket>()

  async function invoke(route: RouteKey, event: object) {
    onCounted('MessageCount', 1)
    const answer = await functions[route].invokeRaw(event)
    onCounted('ExecutionError', answer.kind === 'failed' ? 1 : 0)
    return answer
  }

  const place = (host: string) => ({ apiId, stage, host })

  async function connect(request: Request, server: Server<SocketConnection>) {
    const data: SocketConnection = {
      id: randomBytes(9).toString('base64url'),
      connectedAt: Date.now(),
      sourceIp: server.requestIP(request)?.address ?? '127.0.0.1',
      userAgent: request.headers.get('user-agent') ?? '',
    }
    const host = request.headers.get('host') ?? ''
    const event = socketEvent('$connect', data, place(host), handshakePart(request))
    const { status, headers } = urlReply(await invoke('$connect', event))
    if (status < 200 || status > 299) return new Response(null, { status })
    const protocol = Object.entries(headers).find(([name]) =>
      /^sec-websocket-protocol$/i.test(name),
    )
    const answered = protocol && { headers: { [protocol[0]]: String(protocol[1]) } }
    return server.upgrade(request, { data, ...answered })
      ? undefined
      : new Response('', { status: 400 })
  }

  const server = Bun.serve<SocketConnection>({
    hostname: '127.0.0.1',
    port,
    async fetch(request, itself) {
      if (request.headers.get('upgrade') === 'websocket') return connect(request, itself)
      return manage(request, sockets)
    },
    websocket: {
      maxPayloadLength: MAX_MESSAGE_BYTES,
      open: (socket) => void sockets.set(socket.data.id, socket),
      message(socket, message) {
        const body = typeof message === 'string' ? { body: message } : binary(message)
        void invoke('$default', socketEvent('$default', socket.data, place(''), body))
      },
      close(socket, disconnectStatusCode, disconnectReason) {
        sockets.delete(socket.data.id)
        const event = socketEvent('$disconnect', socket.data, place(''))
        const why = { disconnectStatusCode, disconnectReason }
        const requestContext = { ...event.requestContext, ...why }
        void invoke('$disconnect', { ...event, requestContext })
      },
    },
  })
  const at = `127.0.0.1:${server.port}`
  return {
    url: `ws://${at}`,
    managementEndpoint: `http://${at}`,
    async [Symbol.asyncDispose]() {
      await server.stop(true)
    },
  }
}

/** Answers the commands in "@connections commands in the backend service". */
async function manage(request: Request, sockets: Map<string, Socket>): Promise<Response> {
  const { pathname } = new URL(request.url)
  const [, id = ''] = /\/@connections\/([^/]+)$/.exec(decodeURIComponent(pathname)) ?? []
  const socket = sockets.get(id)
  if (!socket) return exception(410, 'GoneException')
  if (request.method === 'GET') return Response.json({ connectedAt: socket.data.connectedAt })
  if (request.method === 'DELETE') {
    socket.close(1000)
    return new Response(null, { status: 204 })
  }
  const body = new Uint8Array(await request.arrayBuffer())
  if (body.length > MAX_MESSAGE_BYTES) return exception(413, 'PayloadTooLargeException')
  socket.sendText(new TextDecoder().decode(body))
  return new Response(null, { status: 200 })
}

function exception(status: number, name: string): Response {
  return new Response('{}', { status, headers: { 'x-amzn-errortype': name } })
}

function binary(message: Buffer) {
  return { body: message.toString('base64'), isBase64Encoded: true }
}
