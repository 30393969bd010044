import { StorageError } from '../../../error/storage-error'

// Services say so of what a call contains ("Common errors", and each API's own list); whatever else they answer
// concerns who asks, what is asked for, or how often.
const ofContent = new Set([
  'ValidationException', // DynamoDB, and most others
  'ItemCollectionSizeLimitExceededException', // DynamoDB
  'InvalidMessageContents', // SQS
  'BatchRequestTooLong', // SQS
  'PayloadTooLargeException', // API Gateway
])

// A transaction that was refused says so of its parts.
const ofParts = new Set(['ValidationError', 'ItemCollectionSizeLimitExceeded'])

// These have neither a code nor an answer.
const outside = new Set(['AbortError', 'TimeoutError', 'CredentialsProviderError'])

interface ServiceError {
  name?: string
  CancellationReasons?: { Code?: string }[]
  code?: unknown
  $metadata?: unknown
}

/**
 * Tells whether a failure is one of the surroundings: a service that is busy or away, a permission or a resource
 * that is missing. Any record would fail in them, so none is to blame; they are waited for. What else fails is a
 * record that is unlike all others, or our own mistake about it.
 */
export function isOfSurroundings(thrown: unknown): boolean {
  if (thrown instanceof StorageError) {
    return thrown.isRetriable || (thrown.cause !== undefined && isOfSurroundings(thrown.cause))
  }
  const { name = '', code, $metadata, CancellationReasons } = (thrown ?? {}) as ServiceError
  // Node's errors of the network and of time-outs have a code, and those of AWS clients what was answered.
  const isOutside = typeof code === 'string' || $metadata !== undefined || outside.has(name)
  const isOfPart = CancellationReasons?.some(({ Code = '' }) => ofParts.has(Code)) === true
  return isOutside && !isOfPart && !ofContent.has(name)
}
