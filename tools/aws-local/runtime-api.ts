import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'

/** A job is one event on its way through a function, with what the runtime is told of it. */
export interface Job {
  requestId: string
  event: unknown
  /** The deadline is in milliseconds of the epoch. */
  deadline: number
  functionArn: string
}

/** The answer says how an invocation ended, from the side of the runtime. */
export type Answer =
  | { kind: 'returned'; payload: Buffer }
  | StreamedAnswer
  | { kind: 'failed'; errorType: string; errorMessage: string }

/**
 * A function that streams answers so: status and headers first, eight NULs, the body, as it writes
 * them. `ended` resolves once it has written all of it, and rejects when its process ends before.
 */
export interface StreamedAnswer {
  kind: 'streamed'
  body: Readable
  ended: Promise<void>
}

/** One sandbox talks to this API, which takes one job at a time. */
export interface RuntimeApi extends AsyncDisposable {
  /** The address is `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  address: string
  /**
   * Resolves when the function asks for its first event. @throws the error that its start ended
   * with
   */
  initialised: Promise<void>
  run(job: Job): Promise<Answer>
  /** Resolves when the function has asked for an event and has not been given one yet. */
  idle(): Promise<unknown>
  /** Makes everything that is waited for fail with this reason. */
  fail(reason: Error): void
}

const PREFIX = '/2018-06-01/runtime'

/**
 * Starts the Lambda Runtime API, as "Using the Lambda runtime API for custom runtimes" describes
 * it.
 */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const initialised = Promise.withResolvers<void>()
  initialised.promise.catch(() => {}) // a caller that waits for it gets the error
  let askedNext = Promise.withResolvers<ServerResponse>()
  let failed: Error | undefined
  let current: { job: Job; answered: PromiseWithResolvers<Answer> } | undefined

  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
  })

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const path = request.url?.startsWith(PREFIX) ? request.url.slice(PREFIX.length) : ''
    if (request.method === 'GET' && path === '/invocation/next') {
      initialised.resolve()
      askedNext.resolve(response)
      return
    }
    if (isStreamed(path, request)) return stream(request, response)
    const body = await bodyOf(request)
    const answer = answerOf(path, body)
    if (answer === undefined) return void response.writeHead(404).end()
    response.writeHead(202).end()
    if (path === '/init/error') initialised.reject(initError(body))
    else current?.answered.resolve(answer)
  }

  function isStreamed(path: string, { headers }: IncomingMessage): boolean {
    const isStreaming = headers['lambda-runtime-function-response-mode'] === 'streaming'
    return isStreaming && path === `/invocation/${current?.job.requestId}/response`
  }

  /** Hands on what a function writes; the runtime is done with the event when all of it is read. */
  async function stream(request: IncomingMessage, response: ServerResponse) {
    const ended = finished(request, { writable: false })
    ended.catch(() => {}) // whoever reads it gets the error
    current?.answered.resolve({ kind: 'streamed', body: request, ended })
    await ended.finally(() => {
      current = undefined
    })
    response.writeHead(202).end()
  }

  function answerOf(path: string, body: Buffer): Answer | undefined {
    if (path === '/init/error' || path === `/invocation/${current?.job.requestId}/error`) {
      return { kind: 'failed', ...errorOf(body) }
    }
    if (path !== `/invocation/${current?.job.requestId}/response`) return undefined
    return { kind: 'returned', payload: body }
  }

  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    initialised: initialised.promise,

    async run(job) {
      if (failed) throw failed
      const answered = Promise.withResolvers<Answer>()
      answered.promise.catch(() => {})
      current = { job, answered }
      const response = await Promise.race([askedNext.promise, answered.promise])
      if (!('writeHead' in response)) return response
      askedNext = Promise.withResolvers()
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': job.requestId,
        'Lambda-Runtime-Deadline-Ms': String(job.deadline),
        'Lambda-Runtime-Invoked-Function-Arn': job.functionArn,
      })
      response.end(JSON.stringify(job.event))
      const answer = await answered.promise.catch((error) => {
        current = undefined
        throw error
      })
      if (answer.kind !== 'streamed') current = undefined
      return answer
    },

    idle: () => askedNext.promise,

    fail(reason) {
      failed = reason
      initialised.reject(reason)
      current?.answered.reject(reason)
    },

    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}

function initError(body: Buffer): Error {
  const { errorType, errorMessage } = errorOf(body)
  return new Error(`the function did not start: ${errorType}: ${errorMessage}`)
}

function errorOf(body: Buffer): { errorType: string; errorMessage: string } {
  const { errorType = 'Error', errorMessage = '' } = JSON.parse(body.toString() || '{}')
  return { errorType, errorMessage }
}
