import { JwtVerifier } from 'aws-jwt-verify'
import { JwtExpiredError, JwtInvalidIssuerError } from 'aws-jwt-verify/error'
import type { JwtPayload } from 'aws-jwt-verify/jwt-model'
import { AppError } from '../../error/app-error'
import { type Scope, scopes, withoutSlash } from '../../identity/scope'
import { isGood, type Keyring } from '../keys/keyring'
import { SOURCE_ID } from '../keys/sources'
import type { KeySets } from '../signatures/key-sets'
import { clientHash } from './client'
import { asJwksCache } from './jwks-cache'
import { unauthenticated, type VerifyToken } from './token-form'
import { requireTokenShape } from './token-shape'

export interface TokenNeeds {
  /** The issuer's name, as in the claim `iss`. */
  issuer: string
  /** The issuer's name for us: in `aud`, or before the slash of a scope. */
  audience: string
  /** The key sets of issuers, by the issuer's name. */
  keySets: KeySets
  keyring: Keyring
}

// Clients that nobody registered here belong to it, whatever the issuer grants them.
const unregisteredTenant = 'default'
// An issuer cannot grant what administers or watches over the installation.
const dataScopes: readonly Scope[] = scopes.filter(
  (scope) => !['admin', 'installation', 'metrics:read'].includes(scope),
)

/** Access tokens of machines (OAuth 2.0 client credentials), from one issuer. */
export function verifyTokensWith({ issuer, audience, keySets, keyring }: TokenNeeds): VerifyToken {
  const verifier = JwtVerifier.create(
    // The audience is checked below: tokens of Cognito have none.
    { issuer, audience: null, jwksUri: issuer },
    { jwksCache: asJwksCache(keySets) },
  )

  return async function verifyToken(token) {
    requireTokenShape(token)
    const claims = await verifier.verify(token).catch(refuse)
    const clientId = clientOf(claims)
    if (clientId === undefined) throw unauthenticated('names no client (client_id or azp)')
    const granted = grantedBy(claims, audience)
    if (granted === undefined) throw unauthenticated(`is not meant for ${audience}`)
    if (claims.exp === undefined) throw unauthenticated('never expires')

    const expiresAt = new Date(claims.exp * 1000).toISOString()
    const registered = await keyring(clientHash(issuer, clientId))
    if (registered === 'revoked') throw unauthenticated('is of a client that was revoked here')
    if (isGood(registered)) {
      const allowed = registered.scopes.filter(isIn(granted))
      const ends = [expiresAt, registered.expiresAt ?? expiresAt].toSorted()
      return { ...registered, scopes: allowed, expiresAt: ends[0] }
    }
    if (registered !== undefined) {
      throw unauthenticated(`is of a client whose access here expired at ${registered.expiredAt}`)
    }
    if (!SOURCE_ID.test(clientId))
      throw unauthenticated('is of a client that is not registered here')
    const tenantId = unregisteredTenant
    const allowed = dataScopes.filter(isIn(granted))
    return { tenantId, sourceId: clientId, keyId: `client:${clientId}`, scopes: allowed, expiresAt }
  }
}

function isIn(granted: ReadonlySet<string>) {
  return (scope: Scope) => granted.has(scope) || granted.has(withoutSlash(scope))
}

/** RFC 9068, section 2.2, and Cognito: `client_id`; OpenID Connect Core 1.0, section 2: `azp`. */
function clientOf({ client_id: clientId, azp }: JwtPayload): string | undefined {
  const named = clientId ?? azp
  return typeof named === 'string' && named !== '' ? named : undefined
}

/**
 * Reads what the issuer lets the client do here. RFC 9068, section 2.2.3: `scope`, with spaces between;
 * some issuers write `scp`, also as an array. Cognito's scopes are those of a resource server:
 * `audience/scope`.
 * @returns undefined when the token is meant for somebody else
 */
function grantedBy(claims: JwtPayload, audience: string): Set<string> | undefined {
  const { aud, scope, scp, token_use: use } = claims
  // Cognito's word for what a token is: an ID token says who someone is, not what they may do.
  if (use !== undefined && use !== 'access') return undefined
  const named = [scope ?? scp ?? []].flat().join(' ').split(' ')
  const prefix = `${audience}/`
  const ours = named.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length))
  if (aud === undefined) return ours.length > 0 ? new Set(ours) : undefined
  return [aud].flat().includes(audience) ? new Set([...named, ...ours]) : undefined
}

function refuse(error: unknown): never {
  if (error instanceof AppError) throw error
  if (error instanceof JwtExpiredError) throw unauthenticated('has expired')
  if (error instanceof JwtInvalidIssuerError)
    throw unauthenticated('is of an issuer that is not known here')
  // Also what is no error of the library: a key of the issuer that cannot be read, say.
  throw unauthenticated('cannot be verified with a key of its issuer')
}
