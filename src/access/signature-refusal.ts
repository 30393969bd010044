import { AppError } from '../error/app-error'

/** Why a signature is not taken, as what its sender is answered. */
export function refusal(code: string, message: string): AppError {
  return new AppError('invalid_signature', `${message}.`, { errors: [{ path: [], message, code }] })
}
