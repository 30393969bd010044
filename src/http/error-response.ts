import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { AppError } from '../error/app-error'
import { errorCodes } from '../error/codes'
import { StorageError } from '../error/storage-error'
import type { Log } from '../telemetry/log'
import type { AppContext } from './context'

// Seconds. A full disk or a busy store seldom mends sooner; senders that wait a minute lose nothing.
const RETRY_AFTER = 5

/** Turns whatever was thrown into a problem document (RFC 9457), and what is our fault into a log line. */
export function errorResponseWith({ log }: { log: Log }) {
  return function errorResponse(thrown: Error, c: AppContext): Response {
    const error = thrown instanceof AppError ? thrown : translated(thrown, c, log)
    return problemResponse(c, error)
  }
}

function translated(thrown: Error, c: AppContext, log: Log): AppError {
  const { requestId } = c.var
  // The pattern, not the address: an id in it may be a person's.
  const fields = { requestId, method: c.req.method, route: c.req.routePath }
  if (thrown instanceof StorageError && thrown.isRetriable) {
    log.error(`nothing can be stored: ${thrown.message}`, fields)
    const detail = 'The store cannot be reached or written at the moment.'
    return new AppError('unavailable', detail, { cause: thrown })
  }
  if (thrown instanceof StorageError) {
    log.error(`the store failed: ${thrown.message}`, fields)
  } else {
    // Messages of errors that nobody foresaw may quote what a sender sent.
    log.error('a request failed', { ...fields, error: thrown.name, at: firstFrame(thrown) })
    log.debug('a request failed', { ...fields, message: thrown.message })
  }
  return new AppError('internal', 'The error was logged under this request id.', { cause: thrown })
}

function firstFrame({ stack = '' }: Error): string | undefined {
  return /^\s+at .+$/m.exec(stack)?.[0].trim()
}

export function problemResponse(c: AppContext, error: AppError): Response {
  const { code, status, message, errors, extra } = error
  const problem = {
    type: `urn:nonius:error:${code}`,
    title: errorCodes[code].title,
    status,
    detail: message,
    code,
    requestId: c.var.requestId,
    errors,
    ...extra,
  }
  c.header('Content-Type', 'application/problem+json')
  c.header('Cache-Control', 'no-store')
  const challenge = challengeFor(c, error)
  if (challenge !== undefined) c.header('WWW-Authenticate', challenge)
  if (status === 503) c.header('Retry-After', String(error.retryAfter ?? RETRY_AFTER))
  return c.body(JSON.stringify(problem), status as ContentfulStatusCode)
}

/** RFC 6750, section 3.1: which error, unless no key was sent at all. */
function challengeFor(c: AppContext, { code }: AppError): string | undefined {
  if (code === 'forbidden' || code === 'insufficient_scope')
    return 'Bearer realm="nonius", error="insufficient_scope"'
  // RFC 9110, section 11.6.1: every 401 has one.
  if (code === 'invalid_signature') return 'Bearer realm="nonius"'
  if (code !== 'unauthenticated') return
  const hasKey = c.req.header('Authorization') !== undefined
  return hasKey ? 'Bearer realm="nonius", error="invalid_token"' : 'Bearer realm="nonius"'
}
