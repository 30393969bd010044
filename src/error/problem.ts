import type { AppError } from './app-error'
import { cut, firstIssues } from './bounded-issues'
import { errorCodes } from './codes'

// A person reads the first ones; a program that repeats them all has sent them all.
const LISTED = { most: 100, maxBytes: 64 * 1024 }
const MAX_DETAIL = 2000

/** Builds a problem document (RFC 9457), with what programs need beside it. */
export function problemOf({ code, status, message, errors, extra }: AppError, requestId: string) {
  const listed = firstIssues(errors, LISTED)
  return {
    type: `urn:nonius:error:${code}`,
    title: errorCodes[code].title,
    status,
    detail: cut(message, MAX_DETAIL),
    code,
    requestId,
    errors: listed,
    ...(listed.length < errors.length && { errorCount: errors.length }),
    ...extra,
  }
}
