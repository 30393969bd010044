import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { AppError } from '../../../error/app-error'
import { problemOf } from '../../../error/problem'
import type { Log } from '../../../telemetry/log'

/** The URL of a function that streams tells these of a request, and takes an answer in pieces. */
export type StreamingHandler = (event: LambdaFunctionURLEvent, out: Writable) => Promise<void>

interface Needs {
  /** Answers as the app does. @param connection who is at the other end */
  fetch(request: Request, connection: { ip: string }): Response | Promise<Response>
  /** Lists the only paths that are answered: the function may do no more than these need. */
  paths: readonly string[]
  /** Writes status and headers in front of the body (`awslambda.HttpResponseStream.from`). */
  begin(out: Writable, head: { statusCode: number; headers: Record<string, string> }): Writable
  log: Log
}

/**
 * Makes a handler that has the app answer requests, and hands on the body as the app makes it, no
 * faster than it is taken. A request has no body: what is streamed is only asked for.
 */
export function createStreamingHandler(needs: Needs): StreamingHandler {
  const { fetch, paths, begin, log } = needs

  async function answer(event: LambdaFunctionURLEvent): Promise<Response> {
    const { requestId, http } = event.requestContext
    if (!paths.includes(event.rawPath)) return notHere(requestId, paths)
    return fetch(requestOf(event), { ip: http.sourceIp })
  }

  return async function handleStreaming(event, out) {
    const response = await answer(event)
    const headers = Object.fromEntries(response.headers)
    const body = begin(out, { statusCode: response.status, headers })
    // Status and headers leave with the first piece, and there may be none.
    body.write('')
    if (response.body === null) return void body.end()
    try {
      await pipeline(Readable.fromWeb(response.body as never), body)
    } catch (error) {
      // Whoever listened is gone, and comes again; the app has heard of it, for its body was cancelled.
      log.debug('a stream was cut off', { reason: (error as Error).message })
    }
  }
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

function notHere(requestId: string, paths: readonly string[]): Response {
  const detail = `Only ${paths.join(', ')} is answered here; all else at the address of the API.`
  const error = new AppError('not_found', detail)
  return new Response(JSON.stringify(problemOf(error, requestId)), {
    status: error.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  })
}
