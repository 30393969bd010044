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

// The schema names no length: of a longer address, percent-encoded, servers refuse the whole request line (431).
const inPath = z
  .string()
  .min(1)
  .refine(({ length }) => length <= MAX_ID, { error: `Must have at most ${MAX_ID} characters` })

export const ActorParams = z.object({
  actor: inPath.openapi({
    description: `The id, percent-encoded; at most ${MAX_ID} characters`,
    example: 'u-554433',
  }),
})
