import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { LocalFunction } from './local-function'

export interface Invoker extends AsyncDisposable {
  /** The URL is `http://127.0.0.1:…`. */
  url: string
}

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/** Starts the part of Lambda's API by which one function invokes another and waits ("Invoke", API reference). */
export async function startInvoker(functionOf: (name: string) => LocalFunction): Promise<Invoker> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
  })

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const [, name] = INVOCATION.exec(decodeURIComponent(request.url ?? '')) ?? []
    if (name === undefined) return response.writeHead(404).end('{}')
    const invoked = await functionOf(name).invoke(await json(request))
    if (invoked.kind === 'returned') return response.end(JSON.stringify(invoked.payload))
    // A failure within the function is none of the call.
    const { errorType, errorMessage } = invoked
    response.writeHead(200, { 'x-amz-function-error': 'Unhandled' })
    return response.end(JSON.stringify({ errorType, errorMessage }))
  }

  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
