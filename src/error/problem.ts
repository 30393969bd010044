import type { AppError } from './app-error'
import { errorCodes } from './codes'

/** A problem document (RFC 9457), with what programs need beside it. */
export function problemOf({ code, status, message, errors, extra }: AppError, requestId: string) {
  return {
    type: `urn:nonius:error:${code}`,
    title: errorCodes[code].title,
    status,
    detail: message,
    code,
    requestId,
    errors,
    ...extra,
  }
}
