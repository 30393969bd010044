import { AppError } from '../../../error/app-error'

export function noSuchQuery(): AppError {
  return new AppError(
    'not_found',
    'There is no query of this name: GET /analytics/queries lists them.',
  )
}
