import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import type { Answer, StreamedAnswer } from './runtime-api'

/** This is a request as it arrived at the port. */
export interface ArrivedRequest {
  method: string
  /** The target stands as written in the first line: path and query, percent signs and all. */
  target: string
  headers: IncomingHttpHeaders
  body: Buffer
  sourceIp: string
  at: Date
}

export interface UrlReply {
  status: number
  headers: Record<string, string | string[]>
  body: Buffer
}

// An invocation may have 6 MB and a little; it holds the request as an event, and likewise the
// answer ("Request must be smaller than 6291556 bytes for the InvokeFunction operation").
const MAX_BYTES = 6_291_556

/**
 * Makes the event that a function URL makes of a request, payload format 2.0.
 * @returns undefined when it is larger than a function can be given
 */
export function urlEvent(request: ArrivedRequest): LambdaFunctionURLEvent | undefined {
  const [rawPath = '/', ...queries] = request.target.split('?')
  const rawQueryString = queries.join('?')
  const { cookie, ...headers } = joined(request.headers)
  const host = headers.host ?? 'localhost'
  const isText = arrivesAsText(request)
  const requestId = randomUUID()
  const event: LambdaFunctionURLEvent = {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split('; ') }),
    headers: {
      ...headers,
      'x-amzn-trace-id': `Root=${requestId}`,
      'x-forwarded-for': [headers['x-forwarded-for'], request.sourceIp].filter(Boolean).join(', '),
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    },
    ...(rawQueryString && { queryStringParameters: parameters(rawQueryString) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: host,
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: logTime(request.at),
      timeEpoch: request.at.getTime(),
    },
    ...(request.body.length > 0 && { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !isText,
  }
  return Buffer.byteLength(JSON.stringify(event)) > MAX_BYTES ? undefined : event
}

/** Makes the reply that is made of a function's answer where it cannot be streamed. */
export function urlReply(answer: Answer): UrlReply {
  if (answer.kind !== 'returned' || answer.payload.length > MAX_BYTES) return failure(502)
  const result = JSON.parse(answer.payload.toString() || 'null')
  if (typeof result?.statusCode !== 'number') {
    const body = Buffer.from(typeof result === 'string' ? result : JSON.stringify(result))
    return { status: 200, headers: { 'content-type': 'application/json' }, body }
  }
  return {
    status: result.statusCode,
    headers: withCookies(result),
    body: Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'),
  }
}

export function failure(status: 413 | 429 | 502): UrlReply {
  const message = {
    413: 'Request Entity Too Large',
    429: 'Rate Exceeded.',
    502: 'Internal Server Error',
  }[status]
  const body = Buffer.from(JSON.stringify({ Message: message }))
  return { status, headers: { 'content-type': 'application/json' }, body }
}

// A streamed answer has status and headers as JSON, then eight NULs, then the body ("Response
// streaming", Lambda's guide).
const DELIMITER = Buffer.alloc(8)

export interface StreamedReply {
  status: number
  headers: UrlReply['headers']
  /** The body as the function writes it. */
  body: AsyncIterable<Buffer>
}

/**
 * Makes the reply of what a function streams, once it has written status and headers.
 * @throws what cut it off before
 */
export async function streamedReply({ body }: StreamedAnswer): Promise<StreamedReply> {
  const parts: AsyncIterator<Buffer> = body[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (!head.includes(DELIMITER)) {
    const { value, done } = await parts.next()
    if (done) throw new Error('a streamed answer ended before its body')
    head = Buffer.concat([head, value])
  }
  const end = head.indexOf(DELIMITER)
  const metadata = JSON.parse(head.subarray(0, end).toString())

  async function* rest() {
    yield head.subarray(end + DELIMITER.length)
    for (let part = await parts.next(); !part.done; part = await parts.next()) yield part.value
  }
  return { status: metadata.statusCode ?? 200, headers: withCookies(metadata), body: rest() }
}

interface Head {
  headers?: Record<string, string>
  cookies?: string[]
}

function withCookies({ headers = {}, cookies = [] }: Head): UrlReply['headers'] {
  return { ...headers, ...(cookies.length > 0 && { 'set-cookie': cookies }) }
}

// These types arrive as text, everything else as base64: that was seen on AWS, and is documented
// nowhere.
const TEXT = /^(text\/|application\/(json|xml|javascript)\s*(;|$))/i

function arrivesAsText({ headers, body }: ArrivedRequest): boolean {
  const encoding = headers['content-encoding'] ?? 'identity'
  return encoding === 'identity' && TEXT.test(headers['content-type'] ?? '') && isUtf8(body)
}

function joined(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const entries = Object.entries(headers)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  )
}

function parameters(query: string): Record<string, string> {
  const all: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    all[name] = name in all ? `${all[name]},${value}` : value
  }
  return all
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** Writes a time as the common log format does: `12/Mar/2026:19:03:58 +0000`. */
function logTime(at: Date): string {
  const [date = '', time = ''] = at.toISOString().slice(0, 19).split('T')
  const [year, month, day] = date.split('-')
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`
}
