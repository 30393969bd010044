import { AppError } from '../../error/app-error'
import type { ApiKey } from '../../platform/registry/keys'
import { hashKey, sameHash } from './key'

// An ambiguous beginning is answered with some of what it fits, not with all keys of a tenant.
const MAX_LISTED = 10

// One letter finds a key by accident, which may then be ended.
const SHORTEST = 3
const KIND = /^(key|client|nk)_/

/**
 * Finds a key by its id, by how its id begins (with or without `key_`), or by how the key itself
 * begins. Keys that were revoked are found by their whole id only.
 * @throws {AppError} `not_found`; `invalid_request` when several keys begin like this, which it lists
 */
export function findKey(keys: readonly ApiKey[], named: string): ApiKey {
  const exact = keys.find(({ keyId }) => keyId === named)
  if (exact !== undefined) return exact
  const fitting = keys.filter((key) => key.revokedAt === undefined && fits(key, named))
  const [first, second] = fitting
  if (first === undefined) {
    throw new AppError('not_found', `There is no key ${shown(named)} in use.`)
  }
  if (second === undefined) {
    if (named.replace(KIND, '').length >= SHORTEST) return first
    const detail = `${shown(named)} is too short to name one key; ${first.keyId} (${first.name}) begins so.`
    throw new AppError('invalid_request', detail)
  }
  const listed = fitting.slice(0, MAX_LISTED).map(({ keyId, name }) => `${keyId} (${name})`)
  const more = fitting.length - listed.length
  const all = more > 0 ? [...listed, `and ${more} more`] : listed
  const detail = `${fitting.length} keys begin with ${shown(named)}: ${all.join(', ')}.`
  throw new AppError('invalid_request', detail)
}

function fits({ keyId, hint, hash }: ApiKey, named: string): boolean {
  if (named === '') return false
  if (keyId.startsWith(named) || keyId.slice(keyId.indexOf('_') + 1).startsWith(named)) return true
  // As `keys list` shows it: `nk_abcd…`. Beyond what is shown, only the whole key will do.
  const begins = named.replace(/…$/u, '')
  return begins !== '' && (hint.startsWith(begins) || sameHash(hash, hashKey(named)))
}

// An id has 40 characters. A longer text may be a key, which nothing repeats.
function shown(named: string): string {
  return named.length <= 42 && !named.startsWith('nk_') ? named : `${named.slice(0, 7)}…`
}
