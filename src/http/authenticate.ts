import type { Principal } from '../access/principal'
import { AppError } from '../error/app-error'
import type { Scope } from '../platform/registry'
import type { AppContext } from './context'

/** @throws {AppError} `unauthenticated` */
export async function requireKey(c: AppContext): Promise<Principal> {
  const authorization = c.req.header('Authorization')
  if (authorization === undefined) {
    throw new AppError('unauthenticated', 'Send a key: `Authorization: Bearer KEY`.')
  }
  const principal = await c.var.authenticate(authorization)
  if (principal !== undefined) return principal
  throw new AppError('unauthenticated', 'This key is not known here, or was revoked.')
}

/** Call it before the body is read: who may not send is not listened to. */
export async function requireScope(c: AppContext, scope: Scope): Promise<Principal> {
  const principal = await requireKey(c)
  if (principal.scopes.includes(scope)) return principal
  throw new AppError('forbidden', `This key does not have the scope ${scope}.`)
}
