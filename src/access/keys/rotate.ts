import { AppError } from '../../error/app-error'
import type { ApiKey, Keys } from '../../platform/registry/keys'
import { issueKey } from './key'

interface Rotation {
  at: Date
  /** Both keys work so long, in ms; with 0 the old one ends at once. */
  overlapMs: number
  /** When the new key ends. Left out, it lasts as long as the old one was made for. */
  expiresAt?: string | undefined
}

/**
 * Makes a key in the place of another, with the same grant. The old one ends after the overlap.
 * @returns the new key itself, to be shown once, its record, and when the old one ends
 * @throws {AppError} `invalid_request` for a key that was revoked or rotated already, and for a client
 */
export async function rotateKey(
  { keys }: { keys: Pick<Keys, 'add' | 'retire' | 'revoke'> },
  old: ApiKey,
  { at, overlapMs, expiresAt = sameSpan(old, at) }: Rotation,
): Promise<{ key: string; record: ApiKey; oldEndsAt: string }> {
  requireRotatable(old)
  const { tenantId, sourceId, name, scopes, sources, origins, keyId } = old
  const { role, actorId, isAggregateOnly } = old
  const grant = {
    ...{ tenantId, sourceId, name, scopes },
    ...(sources && { sources }),
    ...(origins && { origins }),
    ...(role && { role }),
    ...(actorId !== undefined && { actorId }),
    ...(isAggregateOnly && { isAggregateOnly }),
  }
  // The new key is there before the old one ends: whatever happens between, senders go on.
  const issued = await issueKey({ keys }, { ...grant, ...(expiresAt && { expiresAt }) }, { at })
  const overlapped = new Date(at.getTime() + overlapMs).toISOString()
  const [oldEndsAt = overlapped] = [overlapped, old.expiresAt ?? overlapped].toSorted()
  const { keyId: replacedBy } = issued.record
  if (await keys.retire(tenantId, keyId, { expiresAt: oldEndsAt, replacedBy })) {
    return { ...issued, oldEndsAt }
  }
  await keys.revoke(tenantId, replacedBy, at.toISOString())
  throw refused(`The key ${keyId} was revoked or rotated by somebody else meanwhile.`)
}

function requireRotatable({ keyId, revokedAt, replacedBy, hash }: ApiKey): void {
  if (hash.startsWith('client:')) {
    throw refused(`${keyId} is a client of an identity provider, which rotates its secret.`)
  }
  if (revokedAt !== undefined) throw refused(`The key ${keyId} was revoked at ${revokedAt}.`)
  if (replacedBy === undefined) return
  throw refused(`The key ${keyId} was rotated already: ${replacedBy} stands in its place.`)
}

function sameSpan({ createdAt, expiresAt }: ApiKey, at: Date): string | undefined {
  if (expiresAt === undefined) return undefined
  const lasts = Date.parse(expiresAt) - Date.parse(createdAt)
  return new Date(at.getTime() + lasts).toISOString()
}

function refused(detail: string): AppError {
  return new AppError('invalid_request', detail)
}
