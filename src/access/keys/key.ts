import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Scope } from '../../identity/scope'
import type { ApiKey, Keys } from '../../platform/registry/keys'

// 256 bits: beyond guessing, so that a fast hash is enough to store it by.
const KEY_BYTES = 32
// `nk_` and four characters of 43: enough to tell keys apart, no help in finding one.
const HINT_LENGTH = 7

export function generateKey(): string {
  return `nk_${randomBytes(KEY_BYTES).toString('base64url')}`
}

/** SHA-256, hex: the only form in which a key is stored. */
export function hashKey(key: string): string {
  return hash('sha256', key)
}

/** Compares in a time that does not depend on where the first difference is. */
export function sameHash(left: string, right: string): boolean {
  const a = Buffer.from(left)
  const b = Buffer.from(right)
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The first characters. A key that a person chose may be short, so never more than a quarter. */
export function keyHint(key: string): string {
  return key.slice(0, Math.min(HINT_LENGTH, Math.floor(key.length / 4)))
}

/** A key has these unless it was made for more: senders and readers need them, and none changes events. */
export const usualScopes: readonly Scope[] = [
  'events:write',
  'events:read',
  'webhooks:read',
  'webhooks:write',
  'quarantine:read',
]

/** The scopes of a content tool that is given a key for xAPI: all of its own, no others' statements. */
export const xapiScopes: readonly Scope[] = [
  'statements/write',
  'statements/read/mine',
  'state',
  'profile',
  'define',
]

export type KeyGrant = Pick<
  ApiKey,
  | 'tenantId'
  | 'sourceId'
  | 'name'
  | 'scopes'
  | 'sources'
  | 'expiresAt'
  | 'origins'
  | 'role'
  | 'actorId'
  | 'isAggregateOnly'
>

/**
 * Makes a key and stores its hash.
 * @param key the key itself, when a person chose it
 * @returns the key itself, to be shown once, and the record that stays
 * @throws {AppError} `invalid_request` when the key is already in use
 */
export async function issueKey(
  registry: { keys: Pick<Keys, 'add'> },
  grant: KeyGrant,
  { at, key = generateKey() }: { at: Date; key?: string | undefined },
): Promise<{ key: string; record: ApiKey }> {
  const record: ApiKey = {
    ...grant,
    keyId: `key_${randomUUID()}`,
    hash: hashKey(key),
    hint: keyHint(key),
    createdAt: at.toISOString(),
  }
  await registry.keys.add(record)
  return { key, record }
}
