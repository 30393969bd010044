import { AppError } from './app-error'
import { StorageError } from './storage-error'

type Fields = Record<string, string | undefined>

/** The listener logs failures for the operator. */
interface Listener {
  error(message: string, fields: Fields): void
  debug(message: string, fields: Fields): void
}

/**
 * Turns whatever was thrown into the error that a sender is told; a fault of ours is logged as
 * well.
 * @param fields the request's fields for the log: never an address or a body
 */
export function translate(thrown: Error, log: Listener, fields: Fields): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof StorageError && thrown.isRetriable) {
    log.error(`nothing can be stored: ${thrown.message}`, fields)
    const detail = 'The store cannot be reached or written at the moment.'
    return new AppError('unavailable', detail, { cause: thrown })
  }
  if (thrown instanceof StorageError) {
    log.error(`the store failed: ${thrown.message}`, fields)
  } else {
    // The message of an unforeseen error may quote what a sender sent, so it is not logged.
    log.error('a request failed', { ...fields, error: thrown.name, at: firstFrame(thrown) })
    log.debug('a request failed', { ...fields, message: thrown.message })
  }
  return new AppError('internal', 'The error was logged under this request id.', { cause: thrown })
}

function firstFrame({ stack = '' }: Error): string | undefined {
  return /^\s+at .+$/m.exec(stack)?.[0].trim()
}
