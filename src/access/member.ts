import type { Clock } from '../platform/clock'
import type { Member } from '../platform/connections'
import type { Keyring } from './keyring'
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
  return async function isCurrent({ hash, expiresAt }: Member): Promise<boolean> {
    if (expiresAt !== undefined && Date.parse(expiresAt) <= clock.now().getTime()) return false
    if (hash === undefined) return true
    const found = await keyring(hash)
    return found !== undefined && found !== 'revoked' && found.scopes.includes('events:write')
  }
}
