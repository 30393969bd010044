import type { Principal } from './principal'
import type { Scope } from './scope'

/** Everything that can be done under `/xapi`; a scope allows some of it. */
export const xapiRights = [
  'statements/write',
  /** Statements that were sent as the reader's own source. */
  'statements/read/mine',
  'statements/read',
  'state/read',
  'state/write',
  'profile/read',
  'profile/write',
  /** Reads what is known of an activity or an agent: `GET /activities`, `GET /agents`. */
  'definitions/read',
  /** A statement changes what others read of an activity or a person beside its id. */
  'define',
] as const
export type XapiRight = (typeof xapiRights)[number]

const reading: readonly XapiRight[] = [
  'statements/read/mine',
  'statements/read',
  'state/read',
  'profile/read',
  'definitions/read',
]

/**
 * The rights of each scope that has any (1.0.3, Communication, 4.2, "OAuth Authorization Scope"). The
 * scopes of events are among them, so that the key of a sender or a reader of events works here as it
 * is: who may send may write, who may read may read, and neither does the other.
 */
export const rightsOf: { readonly [S in Scope]?: readonly XapiRight[] } = {
  'statements/write': ['statements/write'],
  'statements/read/mine': ['statements/read/mine', 'definitions/read'],
  'statements/read': ['statements/read/mine', 'statements/read', 'definitions/read'],
  state: ['state/read', 'state/write'],
  profile: ['profile/read', 'profile/write', 'definitions/read'],
  define: ['define'],
  'all/read': reading,
  all: xapiRights,
  'events:write': ['statements/write', 'define', 'state/write', 'profile/write'],
  'events:read': reading,
}

/**
 * The rights of a session of cmi5, whose token is in a learner's browser: no one's statements, and
 * nothing that others read but its own statements (cmi5, 8.1, `fetch`; 10.0; 11.0).
 */
export const sessionRights: readonly XapiRight[] = [
  'statements/write',
  'state/read',
  'state/write',
  'profile/read',
  'definitions/read',
]

/** Tells whether somebody has the right. */
export function allows(
  { scopes, session, origins }: Pick<Principal, 'scopes' | 'session' | 'origins'>,
  right: XapiRight,
): boolean {
  // A key that anybody can read out of a page adds statements, and changes nothing that others read.
  if (origins !== undefined && right !== 'statements/write') return false
  if (session !== undefined) return sessionRights.includes(right)
  return scopes.some((scope) => rightsOf[scope]?.includes(right))
}

/** Lists the scopes that allow something, for a sentence to somebody who has none of them. */
export function scopesFor(right: XapiRight): Scope[] {
  const granting = Object.entries(rightsOf).filter(([, rights]) => rights.includes(right))
  return granting.map(([scope]) => scope as Scope)
}
