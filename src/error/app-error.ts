import { type ErrorCode, errorCodes } from './codes'
import type { Issue } from './issue'

/** This error says that a request cannot be served, with everything for its problem document. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly errors: readonly Issue[]
  /** These are further members of the problem document, e.g. `quarantineId`. */
  readonly extra: Readonly<Record<string, unknown>>
  /** The time is in seconds, and sent as `Retry-After`. */
  readonly retryAfter: number | undefined

  constructor(
    code: ErrorCode,
    detail: string,
    options: {
      errors?: readonly Issue[]
      extra?: Record<string, unknown>
      retryAfter?: number
      cause?: unknown
    } = {},
  ) {
    super(detail, { cause: options.cause })
    this.code = code
    this.errors = options.errors ?? []
    this.extra = options.extra ?? {}
    this.retryAfter = options.retryAfter
  }

  get status() {
    return errorCodes[this.code].status
  }
}
