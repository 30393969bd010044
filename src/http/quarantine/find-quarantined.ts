import { AppError } from '../../error/app-error'

export function noSuchItem(): AppError {
  return new AppError('not_found', 'Nothing of yours is in quarantine under this id.')
}
