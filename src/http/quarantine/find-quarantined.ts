import { AppError } from '../../error/app-error'
import type { AppContext } from '../context'

/** `/quarantine/replay` is an address of its own, whatever else looks like an id. */
export function isOtherAddress(c: AppContext): boolean {
  return c.req.param('id') === 'replay'
}

export function noSuchItem(): AppError {
  return new AppError('not_found', 'Nothing of yours is in quarantine under this id.')
}
