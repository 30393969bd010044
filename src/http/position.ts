import { AppError } from '../error/app-error'

/**
 * Does what goes on from a position, and says of a bad one where it stood.
 * @param name of the parameter or header that has the position
 * @throws {AppError} `invalid_cursor` that names it
 */
export async function fromPosition<Result>(
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'invalid_cursor') throw thrown
    const message = 'Must be a position of this tenant, as it was given; or be left out'
    const errors = [{ path: [name], message, code: thrown.code }]
    throw new AppError('invalid_cursor', `${name}: ${message}`, { errors, cause: thrown })
  }
}
