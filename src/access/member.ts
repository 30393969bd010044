import type { Clock } from '../platform/clock'
import type { Member } from '../platform/connections'
import type { Keyring } from './keys/keyring'
import type { Principal } from './principal'

/** What is remembered of whoever opens a connection: nothing that would open another. */
export function memberOf(
  { tenantId, sourceId, keyId, scopes, hash, expiresAt }: Principal,
  facts: Pick<Member, 'ip' | 'userAgent'>,
): Member {
  return { tenantId, sourceId, keyId, scopes, hash, expiresAt, ...facts }
}

/** Whether a connection may still send: its key was not revoked since, its token has not ended. */
export function recheckWith({ keyring, clock }: { keyring: Keyring; clock: Clock }) {
  /** Until when, in monotonic time: a token does not last longer because the wall clock was set back. */
  const ends = new WeakMap<Member, number>()

  function hasEnded(member: Member): boolean {
    if (member.expiresAt === undefined) return false
    const leftMs = Date.parse(member.expiresAt) - clock.now().getTime()
    const now = clock.monotonic()
    const end = Math.min(ends.get(member) ?? Number.POSITIVE_INFINITY, now + leftMs)
    ends.set(member, end)
    return end <= now
  }

  return async function isCurrent(member: Member): Promise<boolean> {
    if (hasEnded(member)) return false
    const { hash } = member
    if (hash === undefined) return true
    const found = await keyring(hash)
    return found !== undefined && found !== 'revoked' && found.scopes.includes('events:write')
  }
}
