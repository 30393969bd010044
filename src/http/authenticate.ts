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

/**
 * For a key that did not come in the header.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export async function requireKeyOf(
  c: AppContext,
  credential: string | undefined,
  scope: Scope,
): Promise<Principal> {
  if (credential === undefined) throw new AppError('unauthenticated', 'Send a key.')
  const principal = await c.var.authenticate(credential)
  if (principal !== undefined) return granted(principal, scope, 'forbidden')
  throw new AppError('unauthenticated', 'This key is not known here, or was revoked.')
}

/** Call it before the body is read: who may not send is not listened to. */
export async function requireScope(c: AppContext, scope: Scope): Promise<Principal> {
  return granted(await requireKey(c), scope, 'forbidden')
}

/**
 * Caliper 1.2, section 6.1: a sensor whose token lacks the privilege is answered 401, not 403.
 * @throws {AppError} `unauthenticated`, `insufficient_scope`
 */
export async function requireSensor(c: AppContext): Promise<Principal> {
  return granted(await requireKey(c), 'events:write', 'insufficient_scope')
}

/**
 * As `requireSensor`, with the key from the address.
 * @throws {AppError} `unauthenticated`, `insufficient_scope`
 */
export async function requireSensorInPath(c: AppContext): Promise<Principal> {
  const principal = await c.var.authenticate(c.req.param('key') ?? '')
  if (principal === undefined) {
    throw new AppError('unauthenticated', 'The key in the address is not known, or was revoked.')
  }
  return granted(principal, 'events:write', 'insufficient_scope')
}

function granted(
  principal: Principal,
  scope: Scope,
  refusal: 'forbidden' | 'insufficient_scope',
): Principal {
  if (principal.scopes.includes(scope)) return principal
  throw new AppError(refusal, `This key does not have the scope ${scope}.`)
}
