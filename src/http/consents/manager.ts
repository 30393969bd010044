import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import { requireKey } from '../authenticate'
import type { AppContext } from '../context'
import { z } from '../zod'

/**
 * Admits whoever may say what people decided: a consent manager, or an administrator.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export async function consentManager(c: AppContext): Promise<Principal> {
  const principal = await requireKey(c)
  if (principal.scopes.some((scope) => scope === 'admin' || scope === 'consents:write')) {
    return principal
  }
  const detail = 'This key does not have the scope consents:write, nor admin.'
  throw new AppError('forbidden', detail)
}

// As long as an id of an event may be (`event/limits.ts`).
const MAX_ID = 2048

export const actorId = z.string().min(1).max(MAX_ID).openapi({
  description: 'The id of the person as events name them, e.g. `mailto:ada@example.edu`',
  example: 'https://example.edu/users/554433',
})

export const ActorParams = z.object({
  actor: actorId.openapi({ description: 'The id, percent-encoded', example: 'u-554433' }),
})
