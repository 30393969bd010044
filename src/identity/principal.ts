import type { PersonRole, Role } from './role'
import type { Scope } from './scope'

/** A session of cmi5 is one learner in one course, and can do nothing beside it. */
export interface Cmi5Session {
  /** A UUID in lower case. */
  registration: string
  /** The learner, as `agentKey` writes agents. */
  agent: string
  /** The IRI of the activity that was launched. */
  activityId: string
}

/** A person is known by a token of an issuer that their tenant registered. */
export interface Person {
  /** `iss` and `sub` of the token. */
  issuer: string
  subject: string
  /** The learner as events name them (`actorId`), by the issuer's mapping. */
  learnerId: string
  /** Other ids of the same learner, by the issuer's mapping. Absent where it makes none. */
  actorIds?: readonly string[] | undefined
  /** The roles here, by the issuer's mapping. */
  roles: readonly PersonRole[]
}

/** Who is asking, or has opened a connection, once their key or token was recognised. */
export interface Principal {
  tenantId: string
  /** Events sent by this principal are stamped with this source. */
  sourceId: string
  /** The key's id, or a client's, for the record of who sent what. */
  keyId: string
  scopes: readonly Scope[]
  /** Sources beside its own whose quarantine it reaches; `*` stands for every one of the tenant. */
  sources?: readonly string[] | '*' | undefined
  /**
   * The hash that the registry finds the key by, to ask again whether it still does. Absent for a
   * client that is not registered.
   */
  hash?: string | undefined
  /** When its token or its key ends, ISO 8601 UTC. Absent for a key that has no end. */
  expiresAt?: string | undefined
  /** Whoever shows the auth-token of a launched course is held to this. Absent for everybody else. */
  session?: Cmi5Session | undefined
  /** The person whose token it is. Absent for a system, which shows a key or a client's token. */
  person?: Person | undefined
  /** The role of a key that was made for one. A person has theirs in `person.roles`. */
  role?: Role | undefined
  /** Whoever a key with a role was made for, as events name them. */
  actorId?: string | undefined
  /** If true, answers hold nothing of single people. */
  isAggregateOnly?: boolean | undefined
  /** Why they read, as they say with the request. */
  reason?: string | undefined
  /** Pages of these origins may ask, and nobody else. Absent where any may. */
  origins?: readonly string[] | undefined
}
