import { AppError } from '../../error/app-error'

/**
 * Says to the sender why a signature is refused. It has a file of its own because whoever imports
 * `verified-jws` loads a large library, which the start of a function must not (decisions/0021).
 */
export function refusal(code: string, message: string): AppError {
  return new AppError('invalid_signature', `${message}.`, { errors: [{ path: [], message, code }] })
}
