import { AppError } from './app-error'
import { StorageError } from './storage-error'

type Fields = Record<string, string | undefined>

/** Where it is said, for whoever runs this. */
interface Listener {
  error(message: string, fields: Fields): void
  debug(message: string, fields: Fields): void
}

/**
 * Whatever was thrown, as what a sender is told; what is our fault is said to `log` as well.
 * @param fields what the log is to know of the request: never an address or a body
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
    // Messages of errors that nobody foresaw may quote what a sender sent.
    log.error('a request failed', { ...fields, error: thrown.name, at: firstFrame(thrown) })
    log.debug('a request failed', { ...fields, message: thrown.message })
  }
  return new AppError('internal', 'The error was logged under this request id.', { cause: thrown })
}

function firstFrame({ stack = '' }: Error): string | undefined {
  return /^\s+at .+$/m.exec(stack)?.[0].trim()
}
