import type { Principal } from '../identity/principal'
import type { Scope } from '../identity/scope'
import type { Clock } from '../platform/clock'
import { isGood, type Keyring } from './keys/keyring'
import { roleOf } from './roles/viewer'

/**
 * Says whether somebody who was recognised a while ago may go on: their key was neither revoked nor
 * has expired since and has the scope, their token has not ended.
 * @param scope left out, they go on as the role that they have
 */
export type IsCurrent = (principal: Principal, scope?: Scope) => Promise<boolean>

/** A token does not last longer because the wall clock was set back, for the same object. */
export function recheckWith({ keyring, clock }: { keyring: Keyring; clock: Clock }): IsCurrent {
  /** The end of each token, in monotonic time. */
  const ends = new WeakMap<Principal, number>()

  function hasEnded(principal: Principal): boolean {
    if (principal.expiresAt === undefined) return false
    const leftMs = Date.parse(principal.expiresAt) - clock.now().getTime()
    const now = clock.monotonic()
    const end = Math.min(ends.get(principal) ?? Number.POSITIVE_INFINITY, now + leftMs)
    ends.set(principal, end)
    return end <= now
  }

  return async function isCurrent(principal, scope) {
    if (hasEnded(principal)) return false
    const { hash } = principal
    if (hash === undefined) return true
    const found = await keyring(hash)
    if (!isGood(found)) return false
    if (scope !== undefined) return found.scopes.includes(scope)
    return found.actorId === principal.actorId && roleOf(found) === roleOf(principal)
  }
}
