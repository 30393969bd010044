import { createHash } from 'node:crypto'
import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'

/** An issuer of people's tokens is registered by the tenant whose people they are. */
export interface PeopleIssuer {
  tenantId: string
  /** The issuer's name, as in the claim `iss`. */
  issuer: string
  /** The issuer's name for this tenant here: in `aud`, or in `client_id` of a token without one. */
  audience: string
  /** The key set; left out, it is found as OpenID Connect Discovery 1.0 says. */
  jwksUrl?: string | undefined
  /** Claims are named as `claimAt` finds them. */
  claims: {
    /** It says the learner as events name them. */
    learner: string
    /** It says the roles, a text or a list of them; left out, nobody has any. */
    roles?: string | undefined
    /**
     * Other ids that events have for the same learner: texts in which `{CLAIM}` stands for a claim, e.g.
     * `https://lms.example.edu/users/{sub}`.
     */
    actorIds?: readonly string[] | undefined
  }
  /** Roles here, by the issuer's own names of them; others count for nothing. */
  roles: Record<string, string>
  /** Events of these people are stamped with this source. */
  sourceId: string
  createdAt: string
  updatedAt?: string | undefined
}

/** These are the settings of an issuer that a person chooses. */
export type IssuerSettings = Pick<PeopleIssuer, 'issuer' | 'audience' | 'jwksUrl' | 'sourceId'> &
  Pick<PeopleIssuer, 'claims' | 'roles'>

// Addresses of issuers are a hundred characters or so, and the claims of a token have this limit.
export const MAX_NAME = 256
export const MAX_JWKS_URL = 2048
// A university has an issuer or two for each of its schools.
export const MAX_ISSUERS = 20
// An issuer's own groups are many; those that mean something here are few.
export const MAX_ROLES = 100
// A school has a handful of systems, and each names its people in one way.
export const MAX_ACTOR_IDS = 10
/** Without a claim in it, everybody would be the same learner. */
export const ACTOR_ID = /\{[^{}]+\}/
export const FIRST_PEOPLE_SOURCE = 'people'

/** Names an issuer for the record of who sent what: never a person, of whom there are thousands. */
export function issuerId({ issuer, audience }: Pick<PeopleIssuer, 'issuer' | 'audience'>): string {
  return `issuer_${digest(JSON.stringify([issuer, audience])).slice(0, 12)}`
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

interface Checks {
  guard: { check(targetUrl: string, path?: Issue['path']): Promise<void> }
  /** Addresses may be of plain HTTP, as in a network of one's own. */
  mayBePlain: boolean
  /** The issuer of machines' tokens, if there is one: its tokens for us are nobody else's. */
  machines?: { issuer: string; audience: string } | undefined
}

/**
 * Checks that tokens can be verified with these settings, and takes nobody else's.
 * @throws {AppError} `invalid_request`, `invalid_target`; `already_exists`
 */
export async function checkIssuer(
  { issuer, audience, jwksUrl }: Pick<IssuerSettings, 'issuer' | 'audience' | 'jwksUrl'>,
  { guard, mayBePlain, machines }: Checks,
): Promise<void> {
  const [path, url] = jwksUrl === undefined ? ['issuer', issuer] : ['jwksUrl', jwksUrl]
  if (URL.parse(url) === null) {
    const also = jwksUrl === undefined ? ', or there must be a jwksUrl' : ''
    throw invalid([path], `Must be an absolute URL${also}`, 'not_a_url')
  }
  // Whoever can change the answer on its way chooses the keys.
  if (!mayBePlain && !/^https:/i.test(url)) {
    throw invalid([path], 'Must begin with https:', 'not_https')
  }
  await guard.check(url, [path])
  if (machines?.issuer === issuer && machines.audience === audience) throw taken()
}

/** Refuses without saying whose it is. */
export function taken(): AppError {
  const message = 'This issuer is registered with this audience already, by somebody else'
  const errors = [{ path: ['audience'], message, code: 'taken' }]
  return new AppError('already_exists', `${message}.`, { errors })
}

export function invalid(path: Issue['path'], message: string, code: string): AppError {
  const errors = [{ path, message, code }]
  return new AppError('invalid_request', `${path.join('.')}: ${message}.`, { errors })
}
