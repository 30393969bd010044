import { AppError } from '../error/app-error'
import type { Principal } from '../identity/principal'
import type { Scope } from '../identity/scope'
import type { AppContext } from './context'
import { inHeader, type Way } from './credentials'

/** @throws {AppError} `unauthenticated` */
export async function requireKey(c: AppContext, way: Way = inHeader): Promise<Principal> {
  const credential = way.read(c)
  if (credential === undefined) {
    const { anonymous } = c.var
    if (anonymous !== undefined) return anonymous()
    c.var.unknown()
    throw new AppError('unauthenticated', way.missing)
  }
  const principal = await c.get('authenticate')(credential)
  if (principal === undefined) throw await unknown(way, credential)
  return principal
}

/** Says what was seen, and nothing of the secret in it. */
async function unknown(way: Way, credential: string): Promise<AppError> {
  const { describeShown } = await import('../access/describe-shown')
  return new AppError('unauthenticated', `${way.unknown} ${describeShown(credential)}.`)
}

/**
 * Call it before the body is read: who may not send is not listened to.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export async function requireScope(
  c: AppContext,
  scope: Scope,
  way: Way = inHeader,
): Promise<Principal> {
  return granted(await requireKey(c, way), scope, 'forbidden')
}

/**
 * Caliper 1.2, section 6.1: a sensor whose token does not have the privilege is answered 401, not 403.
 * @throws {AppError} `unauthenticated`, `insufficient_scope`
 */
export async function requireSensor(c: AppContext, way: Way = inHeader): Promise<Principal> {
  return granted(await requireKey(c, way), 'events:write', 'insufficient_scope')
}

/**
 * Admits whoever may send events of their own making: a key that may write, or a person, who sends as
 * themselves (`SentBy.learner`).
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export async function requireWriter(c: AppContext, way: Way = inHeader): Promise<Principal> {
  const principal = await requireKey(c, way)
  return principal.person === undefined
    ? granted(principal, 'events:write', 'forbidden')
    : principal
}

function granted(
  principal: Principal,
  scope: Scope,
  refusal: 'forbidden' | 'insufficient_scope',
): Principal {
  if (principal.scopes.includes(scope)) return principal
  const what = principal.person === undefined ? 'This key' : 'A person’s token'
  const why = principal.role && `: it is for the role ${principal.role} (docs/roles.md)`
  throw new AppError(refusal, `${what} does not have the scope ${scope}${why ?? ''}.`)
}
