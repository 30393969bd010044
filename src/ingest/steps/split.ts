import type { Standard } from '../../standards/standard'
import type { Steps } from '../../syntax/steps'
import { isUnreadable, type Unreadable } from '../arrival'

/**
 * Splits a body that is a batch into its bodies.
 * @throws {AppError} `too_large`
 */
export function* split(
  verified: string | Unreadable,
  { standard }: { standard: Standard },
): Steps<string | string[] | Unreadable> {
  if (standard.split === undefined || isUnreadable(verified)) return verified
  return (yield* standard.split(verified)) ?? verified
}
