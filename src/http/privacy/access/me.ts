import { AppError } from '../../../error/app-error'
import type { Person, Principal } from '../../../identity/principal'
import { requireKey } from '../../authenticate'
import type { AppContext } from '../../context'

/**
 * Admits a person by their own token (docs/tokens.md), and nobody else.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export async function personThemself(c: AppContext): Promise<Principal & { person: Person }> {
  const principal = await requireKey(c)
  const { person } = principal
  if (person !== undefined) return { ...principal, person }
  throw new AppError(
    'forbidden',
    'This address is for people with a token of their own; a key asks by POST /privacy/access-requests.',
  )
}
