import { StorageError } from '../../error/storage-error'

export interface HttpServer extends AsyncDisposable {
  /** As bound: `http://127.0.0.1:3000`. */
  url: URL
}

/** What the app gets to know of the connection, as Hono's `env`. */
export interface Connection {
  ip?: string | undefined
}

// Larger than any body we take: ours is the answer that names the limit, not the server's.
const HARD_LIMIT_BYTES = 2 ** 31

/** Serves `fetch` over HTTP. Disposing waits for the requests in flight. */
export function serveHttp(options: {
  host: string
  port: number
  fetch(request: Request, connection: Connection): Response | Promise<Response>
}): HttpServer {
  const { host, port, fetch } = options
  try {
    const server = Bun.serve({
      hostname: host,
      port,
      maxRequestBodySize: HARD_LIMIT_BYTES,
      // Seconds. Longer than the 15 s that the most patient sender waits for an answer (Canvas).
      idleTimeout: 30,
      // Bun's page for what is thrown past the app shows source code to whoever asked.
      development: false,
      fetch: (request, server) => fetch(request, { ip: server.requestIP(request)?.address }),
    })
    return { url: server.url, [Symbol.asyncDispose]: () => server.stop() }
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
