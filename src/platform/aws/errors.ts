import { StorageError } from '../../error/storage-error'

interface ServiceError extends Error {
  $retryable?: { throttling?: boolean }
  $metadata?: { httpStatusCode?: number }
  code?: string
}

// The services use these names ("Common errors" and each API's own list); the SDK knows most of
// these, but not in the answers of single statements.
const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottlingError',
  'Throttling',
  'TooManyRequestsException',
  'LimitExceededException',
  'RequestThrottled',
  'SlowDown',
  'KMSThrottlingException',
  'TransactionInProgressException',
])

// These errors pass too, though they are answered as the caller's fault. Credentials and clock are
// Lambda's, which replaces a sandbox whose own are too old; a request that met a transaction, or
// that was cut off on its way, meets nothing the next time.
const passing = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'TokenRefreshRequired',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'InvalidSignatureException', // also "Signature expired"
  'TransactionConflictException',
  'RequestTimeout',
])

const TOO_MANY_REQUESTS = 429

/** Tells whether a service said that it is asked too often, by the code or name of its error. */
export function isThrottle(code: string | undefined): boolean {
  return code !== undefined && throttles.has(code)
}

/**
 * Turns what an AWS client threw into the one error that crosses a port.
 * @param what was being done
 */
export function storageError(what: string, thrown: unknown): StorageError {
  if (thrown instanceof StorageError) return thrown
  const error = thrown as ServiceError
  const { httpStatusCode: status } = error.$metadata ?? {}
  // An error without a status had no answer: the network, a time-out, credentials that cannot be
  // had.
  const isRetriable =
    isThrottle(error.name) ||
    passing.has(error.name) ||
    error.$retryable !== undefined ||
    status === undefined ||
    status === TOO_MANY_REQUESTS ||
    status >= 500
  return new StorageError(`${what}: ${error.name}: ${error.message}`, { isRetriable, cause: error })
}

/** Runs `work`, turning what it throws into a `StorageError`. */
export async function guarded<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw storageError(what, error)
  }
}
