import type { Server } from 'bun'
import { StorageError } from '../../error/storage-error'
import type { Connection } from '../connections'
import type { Attached, Sockets } from './connections'
import { within } from './within'

export interface HttpServer extends AsyncDisposable {
  /** The URL is the address as bound: `http://127.0.0.1:3000`. */
  url: URL
}

/** The app is told this of each request, as Hono's `env`. */
export interface Bindings {
  ip?: string | undefined
  /** Makes a WebSocket of the request. @returns false when that is not what was asked for */
  upgrade?(connection: Connection, headers: Record<string, string>): boolean
  /**
   * Says how many seconds it may be silent from now on; 0 is for as long as the app likes, left out
   * as long as any connection.
   */
  patience?(seconds?: number): void
}

// The server has no limit of its own: our answers name ours, and lines may be as many as one likes.
const HARD_LIMIT_BYTES = Number.MAX_SAFE_INTEGER

/**
 * A balancer keeps connections to us open for 60 s (AWS's and nginx's own number), and sends on
 * them: one that we close at the same moment costs a request, which it answers by 502. So ours wait
 * longer. It is more, too, than the 15 s that the most patient sender waits for an answer (Canvas);
 * the bodies of requests have clocks of their own (`http/pace.ts`).
 */
export const IDLE_SECONDS = 75

/**
 * The end waits so long for requests in flight: senders who have stopped in the middle of a body,
 * receivers who do not read. A supervisor waits ten seconds before it kills (docker stop).
 */
const STOP_MS = 5000

/** Serves `fetch` over HTTP. Disposing waits some seconds for the requests and messages in flight. */
export function serveHttp(options: {
  host: string
  port: number
  fetch(request: Request, bindings: Bindings): Response | Promise<Response>
  /** Without sockets, no connection becomes a WebSocket. */
  sockets?: Sockets | undefined
  /** A connection on which nothing happens is kept so long, but for some seconds. */
  idleSeconds?: number
}): HttpServer {
  const { host, port, fetch, sockets, idleSeconds = IDLE_SECONDS } = options

  /** Answers a request that may upgrade: Bun wants no response for what has become a WebSocket. */
  async function upgrading(request: Request, server: Server<Attached>, ip: string | undefined) {
    let isSocket = false
    const response = await fetch(request, {
      ip,
      patience: (seconds = idleSeconds) => server.timeout(request, seconds),
      upgrade(connection, headers) {
        const peer = server.requestIP(request) ?? undefined
        const data = sockets?.attach(connection, peer)
        isSocket = data !== undefined && server.upgrade(request, { data, headers })
        return isSocket
      },
    })
    return isSocket ? undefined : response
  }

  try {
    const server = Bun.serve<Attached>({
      hostname: host,
      port,
      // Otherwise Bun would silently let a second server have the port too, and half of what comes.
      reusePort: false,
      maxRequestBodySize: HARD_LIMIT_BYTES,
      idleTimeout: idleSeconds,
      // Bun's page for what is thrown past the app shows source code to the sender.
      development: false,
      fetch(request, server) {
        const ip = server.requestIP(request)?.address
        if (sockets === undefined || request.method !== 'GET' || !request.headers.has('Upgrade')) {
          const patience = (seconds = idleSeconds) => server.timeout(request, seconds)
          return fetch(request, { ip, patience })
        }
        return upgrading(request, server, ip)
      },
      websocket: sockets?.handler ?? { message() {} },
    })
    sockets?.listening(server)
    return {
      url: server.url,
      async [Symbol.asyncDispose]() {
        const stopped = Promise.all([sockets?.[Symbol.asyncDispose](), server.stop()])
        await within(STOP_MS, stopped)
        await server.stop(true)
      },
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason =
      code === 'EADDRINUSE'
        ? 'the port is in use; choose another with NONIUS_PORT'
        : (error as Error).message
    throw new StorageError(`cannot listen on ${host}:${port}: ${reason}`, {
      isRetriable: false,
      cause: error,
    })
  }
}
