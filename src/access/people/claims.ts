import { MAX_ID_LENGTH } from '../../event/limits'
import { type PersonRole, personRoles } from '../../identity/role'
import { unauthenticated } from '../tokens/token-form'
import { MAX_NAME, type PeopleIssuer } from './issuer'

export type Claims = Readonly<Record<string, unknown>>

// A token of 8 KB has at most some hundred of them.
const MAX_ROLES_IN_TOKEN = 500

/**
 * Finds a claim: by its name; by a JSON Pointer (RFC 6901), e.g. `/realm_access/roles`; or by a path
 * with full stops, also after `$.`, where no claim has that name. Names of claims may have slashes and
 * full stops in them: `https://school.example/roles`.
 */
export function claimAt(claims: Claims, named: string): unknown {
  if (Object.hasOwn(claims, named)) return claims[named]
  if (named.startsWith('/')) {
    const steps = named.slice(1).split('/')
    return walk(
      claims,
      steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
    )
  }
  return walk(claims, named.replace(/^\$\./, '').split('.'))
}

function walk(from: unknown, steps: readonly string[]): unknown {
  let at = from
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string, unknown>)[step]
  }
  return at
}

/**
 * Reads the learner out of verified claims.
 * @throws {AppError} `unauthenticated` when the token does not name one
 */
export function learnerIn(claims: Claims, { claims: { learner } }: PeopleIssuer): string {
  const named = nameAt(claims, learner)
  if (named === undefined) {
    throw unauthenticated(`names no learner of 1 to ${MAX_NAME} characters in ${learner}`)
  }
  return named
}

function nameAt(claims: Claims, claim: string): string | undefined {
  const value = claimAt(claims, claim)
  const named = Number.isSafeInteger(value) ? String(value) : value
  if (typeof named !== 'string' || named === '' || named.length > MAX_NAME) return undefined
  return named.toWellFormed()
}

/** Writes the other ids of the learner. One whose claim the token lacks is none. */
export function actorIdsIn(claims: Claims, { claims: { actorIds = [] } }: PeopleIssuer): string[] {
  const made = actorIds.map((template) => {
    let isWhole = true
    const id = template.replaceAll(/\{([^{}]+)\}/g, (_, claim: string) => {
      const named = nameAt(claims, claim)
      isWhole &&= named !== undefined
      return named ?? ''
    })
    return isWhole && id.length <= MAX_ID_LENGTH ? id : undefined
  })
  return [...new Set(made.filter((id) => id !== undefined))]
}

/** Reads the roles here out of verified claims; what is not mapped counts for nothing. */
export function rolesIn(claims: Claims, { claims: named, roles }: PeopleIssuer): PersonRole[] {
  if (named.roles === undefined) return []
  const value = claimAt(claims, named.roles)
  const theirs = typeof value === 'string' ? [value, ...value.split(/[\s,]+/)] : value
  if (!Array.isArray(theirs)) return []
  const ours = theirs
    .slice(0, MAX_ROLES_IN_TOKEN)
    .flatMap((one) => (typeof one === 'string' && Object.hasOwn(roles, one) ? roles[one]! : []))
  // A mapping of an earlier version may give roles that were never any.
  return personRoles.filter((role) => ours.includes(role))
}
