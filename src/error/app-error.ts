import { type ErrorCode, errorCodes } from './codes'
import type { Issue } from './issue'

/** A request that cannot be served, with everything its problem document will say. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly errors: readonly Issue[]
  /** Further members of the problem document, e.g. `quarantineId`. */
  readonly extra: Readonly<Record<string, unknown>>
  /** Seconds, sent as `Retry-After`. */
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
