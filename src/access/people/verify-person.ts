import { JwtVerifier } from 'aws-jwt-verify'
import { JwtExpiredError } from 'aws-jwt-verify/error'
import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import type { Clock } from '../../platform/clock'
import { createMemory } from '../keys/remember'
import { type KeySets, rememberKeySets } from '../signatures/key-sets'
import { readIssuerKeys } from '../tokens/issuer-keys'
import { asJwksCache } from '../tokens/jwks-cache'
import { unauthenticated } from '../tokens/token-form'
import { requireTokenShape } from '../tokens/token-shape'
import { actorIdsIn, type Claims, learnerIn, rolesIn } from './claims'
import { issuerId, type PeopleIssuer } from './issuer'
import type { PeopleIssuers } from './issuers'

export interface PeopleNeeds {
  issuers: Pick<PeopleIssuers, 'named'>
  /** Reads a text, from nowhere that a tenant may not have us call. */
  get(url: string): Promise<string>
  clock: Clock
  /** The issuer of machines' tokens, which no tenant can claim. */
  machines?: { issuer: string; audience: string } | undefined
}

// An issuer that was registered or removed is known everywhere within five seconds, as keys are.
const CACHE_MS = 5_000
const CACHE_ISSUERS = 1_000
const CACHE_BYTES = 4 * 1024 * 1024
// Clocks of servers differ by seconds; a token that was just issued may be from our future.
const SKEW_SECONDS = 60
// Verifiers hold the keys that they have parsed, some kilobytes each.
const MAX_VERIFIERS = 100

/**
 * Recognises people by the tokens of issuers that tenants registered.
 * @returns undefined for a token of no such issuer, which may be a machine's
 */
export type VerifyPerson = (token: string) => Promise<Principal | undefined>

export function verifyPeopleWith({ issuers, get, clock, machines }: PeopleNeeds): VerifyPerson {
  const bounds = { clock, forMs: CACHE_MS, maxEntries: CACHE_ISSUERS, maxBytes: CACHE_BYTES }
  const known = createMemory<PeopleIssuer[]>(bounds)
  const discovered = rememberKeySets({ get: readIssuerKeys(get), clock })
  const direct = rememberKeySets({ get, clock })
  const verifiers = new Map<string, ReturnType<typeof verifierOf>>()

  /**
   * Finds those of an issuer whose audience fits. Only these are remembered: a new one works at once,
   * and guesses cost a look-up each, as those of keys do.
   */
  async function fitting(
    issuer: string,
    audiences: readonly unknown[],
  ): Promise<{ all: PeopleIssuer[]; fit: PeopleIssuer[] }> {
    const isFit = ({ audience }: PeopleIssuer) => audiences.includes(audience)
    const cached = known.get(issuer)?.value.filter(isFit)
    if (cached !== undefined && cached.length > 0) return { all: cached, fit: cached }
    const all = await issuers.named(issuer)
    const fit = all.filter(isFit)
    if (fit.length > 0) known.set(issuer, all)
    return { all, fit }
  }

  function verifierFor({ issuer, jwksUrl }: PeopleIssuer) {
    const name = JSON.stringify([issuer, jwksUrl])
    const found = verifiers.get(name)
    if (found !== undefined) return found
    if (verifiers.size >= MAX_VERIFIERS) verifiers.delete(verifiers.keys().next().value ?? '')
    const verifier = verifierOf(issuer, jwksUrl, jwksUrl === undefined ? discovered : direct)
    verifiers.set(name, verifier)
    return verifier
  }

  /** Finds by claims that nobody has verified yet whose the token would be. */
  async function registeredFor(claims: Claims): Promise<PeopleIssuer | undefined> {
    const { iss } = claims
    if (typeof iss !== 'string' || isMachines(claims, machines)) return undefined
    const { all, fit } = await fitting(iss, audiencesOf(claims))
    if (all.length === 0) return undefined
    const [first, ...more] = fit
    if (first === undefined) {
      // The issuer of machines has tokens for others, too; who verifies those says what is wrong.
      if (machines?.issuer === iss) return undefined
      throw unauthenticated('is not meant for an audience that its issuer is registered with here')
    }
    if (more.some(({ tenantId }) => tenantId !== first.tenantId)) {
      throw unauthenticated('is meant for several tenants: their issuer must name one audience')
    }
    return first
  }

  return async function verifyPerson(token) {
    requireTokenShape(token)
    const registered = await registeredFor(claimsOf(token))
    if (registered === undefined) return undefined
    const claims = await verifierFor(registered).verify(token).catch(refuse)
    return principalOf(claims as Claims, registered, clock.now())
  }
}

function verifierOf(issuer: string, jwksUrl: string | undefined, keySets: KeySets) {
  return JwtVerifier.create(
    // The audience has led to the issuer: tokens of Cognito have none.
    { issuer, audience: null, jwksUri: jwksUrl ?? issuer, graceSeconds: SKEW_SECONDS },
    { jwksCache: asJwksCache(keySets) },
  )
}

function principalOf(claims: Claims, registered: PeopleIssuer, now: Date): Principal {
  const { sub, exp } = claims
  if (typeof exp !== 'number') throw unauthenticated('never expires')
  // The skew is for clocks that are ahead of ours; what has ended here has ended.
  if (exp * 1000 <= now.getTime()) throw unauthenticated('has expired')
  if (isIdToken(claims)) throw unauthenticated('is an ID token; send an access token')
  if (typeof sub !== 'string' || sub === '') throw unauthenticated('names no person (sub)')
  if (sub === claims.client_id || sub === claims.azp) {
    throw unauthenticated('is of a client, and its issuer is registered for people')
  }
  const { tenantId, sourceId, issuer } = registered
  const learnerId = learnerIn(claims, registered)
  const roles = rolesIn(claims, registered)
  const actorIds = actorIdsIn(claims, registered)
  return {
    ...{ tenantId, sourceId, keyId: issuerId(registered) },
    // A person does what people do at each address; a scope would open all that keys do.
    scopes: [],
    expiresAt: new Date(exp * 1000).toISOString(),
    person: {
      ...{ issuer, subject: sub, learnerId, roles },
      ...(actorIds.length > 0 && { actorIds }),
    },
  }
}

/** Tells a token for the issuer's machines here, whatever tenants have registered of that issuer. */
function isMachines(claims: Claims, machines: PeopleNeeds['machines']): boolean {
  if (machines === undefined || claims.iss !== machines.issuer) return false
  const { scope, scp } = claims
  const scopes = [scope ?? scp ?? []].flat().join(' ').split(' ')
  const isScoped = scopes.some((one) => one.startsWith(`${machines.audience}/`))
  return isScoped || [claims.aud].flat().includes(machines.audience)
}

/** RFC 9068, 2.2: `aud`. Access tokens of Cognito's users have `client_id` instead. */
function audiencesOf({ aud, client_id: client }: Claims): unknown[] {
  return aud === undefined ? [client] : [aud].flat()
}

/**
 * Tells an ID token, which says who someone is to the client that asked: by what Cognito and Keycloak
 * call it, by hashes that it alone has (OpenID Connect Core 1.0, 3.3.2.11), or by a nonce where no scope
 * is (some put one into access tokens, too).
 */
function isIdToken(claims: Claims): boolean {
  const { token_use: use, typ, nonce, scope, scp } = claims
  if (use !== undefined && use !== 'access') return true
  if (typeof typ === 'string' && typ.toLowerCase() === 'id') return true
  if (['at_hash', 'c_hash', 's_hash'].some((name) => Object.hasOwn(claims, name))) return true
  return nonce !== undefined && scope === undefined && scp === undefined
}

/** Reads claims of a token whose shape was looked at. */
function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims
}

function refuse(error: unknown): never {
  if (error instanceof AppError) throw error
  if (error instanceof JwtExpiredError) throw unauthenticated('has expired')
  throw unauthenticated('cannot be verified with a key of its issuer')
}
