import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { Hono } from 'hono'
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import { AppError } from '../../../error/app-error'
import { problemOf } from '../../../error/problem'
import type { Metered } from './metered'

interface Needs {
  /** Answers as the app does. @param connection who is at the other end */
  fetch(request: Request, connection: { ip: string }): Response | Promise<Response>
  measured: Metered['measured']
}

interface Bindings {
  requestContext: LambdaFunctionURLEvent['requestContext']
}

type Reply = Awaited<ReturnType<ReturnType<typeof handle>>>
export type UrlHandler = (event: LambdaFunctionURLEvent, context: LambdaContext) => Promise<Reply>

/**
 * Makes a handler that has the app answer the requests which a function URL passes on as events.
 */
export function createUrlHandler({ fetch, measured }: Needs): UrlHandler {
  const door = new Hono<{ Bindings: Bindings }>()
  door.all('*', (c) => fetch(c.req.raw, { ip: c.env.requestContext.http.sourceIp }))
  const answer = handle(door)

  return async function handler(event, context) {
    const reply = await measured(() => answer(event as unknown as LambdaEvent, context))
    const packed = isLarge(reply) && takesGzip(event) ? await inGzip(reply) : reply
    return isTooLarge(packed) ? tooLarge(event) : packed
  }
}

// A reply has at most 6 MB ("6 MB each for request and response (synchronous)", Lambda quotas),
// counted as the JSON that leaves the function; beyond it Lambda itself answers 502 without a
// reason.
const MAX_REPLY_BYTES = 6 * 1024 * 1024
// JSON writes a control character of one byte in six.
const LONGEST_ESCAPE = 6

/**
 * An answer of so many bytes can be sent whatever is in it, so that pages end there and a sender of
 * events is told that they are stored, however many they were. It is JSON already: at most every
 * one of its bytes gets a backslash, and headers take a few kilobytes.
 */
export const MAX_REPLIED_BYTES = MAX_REPLY_BYTES / 2 - 64 * 1024

// A gigabyte that leaves costs as much as two hours of a function with a gigabyte (US$ 0.09, and 0.048 an hour of
// Arm: https://aws.amazon.com/ec2/pricing/on-demand/, https://aws.amazon.com/lambda/pricing/), and text is packed to a tenth in 30 ms a
// megabyte. Below this much, what is saved is less than a request costs.
const LARGE_BYTES = 64 * 1024

function isLarge({ body, headers, isBase64Encoded }: Reply): boolean {
  // A tag is of the bytes as they are.
  return body.length >= LARGE_BYTES && !isBase64Encoded && headers?.etag === undefined
}

function isTooLarge(reply: Reply): boolean {
  if (reply.body.length * LONGEST_ESCAPE < MAX_REPLY_BYTES) return false
  return Buffer.byteLength(JSON.stringify(reply)) > MAX_REPLY_BYTES
}

const zipped = promisify(gzip)

function takesGzip({ headers }: LambdaFunctionURLEvent): boolean {
  // A weight of nothing forbids it (RFC 9110, 12.4.2).
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(headers['accept-encoding'] ?? '')
}

/** Compresses a reply; that with one event larger than a page should be fits only so. */
async function inGzip(reply: Reply): Promise<Reply> {
  const vary = [reply.headers?.vary, 'Accept-Encoding'].filter(Boolean).join(', ')
  const headers = { ...reply.headers, 'content-encoding': 'gzip', vary }
  const body = (await zipped(reply.body)).toString('base64')
  return { ...reply, headers, body, isBase64Encoded: true } as Reply
}

function tooLarge({ requestContext }: LambdaFunctionURLEvent): Reply {
  const detail =
    'The answer is larger than the 6 MB that may be sent here. Send `Accept-Encoding: gzip`, or ask for less.'
  const error = new AppError('invalid_request', detail)
  return {
    statusCode: error.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify(problemOf(error, requestContext.requestId)),
    isBase64Encoded: false,
  }
}
