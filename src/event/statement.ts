import type { EventRecord } from './record'

/**
 * These are the questions by which statements are found (xAPI 1.0.3, Communication, 2.1.3). A value is
 * compared character by character, so whoever makes one writes it in one way: an agent as
 * `agentKey` has it, a registration in lower case, an IRI as it was sent.
 */
export const finderNames = [
  'agent',
  'relatedAgent',
  'verb',
  'activity',
  'relatedActivity',
  'registration',
  'source',
] as const
export type FinderName = (typeof finderNames)[number]

/** A statement is found by this value, or searched by it. */
export interface Finder {
  by: FinderName
  value: string
}

/**
 * The authority that we add is an account at this home page and the tenant's id: the same agent in
 * every statement of a source, which a store need not list them by.
 */
export const AUTHORITY_HOME = 'urn:nonius:tenant:'

/** A fragment is what one statement says of an activity or an agent: JSON text of an object. */
export interface Fragment {
  /** An activity's IRI, or an agent as `agentKey` writes it. */
  id: string
  json: string
}

/** A statement in the form in which it is stored to be found and given out again. */
export interface StatementEntry {
  tenantId: string
  /** A UUID in lower case: the `eventId` of its record. */
  statementId: string
  /** ISO 8601 UTC with milliseconds: the `storedAt` of its record. */
  stored: string
  /** The text is the whole statement as `format=exact` gives it, with what the server adds. */
  json: string
  /** The list has each finder once. */
  finders: readonly Finder[]
  /** The object is a StatementRef to this id, in lower case. */
  refersTo?: string | undefined
  /** The statement voids the one that it refers to. */
  voids: boolean
  /** Definitions of activities: of the object, the context's activities, of a SubStatement too. */
  activities: readonly Fragment[]
  /** Names of agents: `{"name":"…"}`. */
  agents: readonly Fragment[]
  /** The statement may be dropped from then on, ISO 8601 UTC. */
  expiresAt: string
}

/**
 * Leaves out what a statement says of activities and agents, where its sender may not define them:
 * they stand in the statement, and nowhere else (xAPI 1.0.3, Communication, 4.2, `define`).
 */
export function asAllowed(entry: StatementEntry, { server }: Pick<EventRecord, 'server'>) {
  return server.defines === false ? { ...entry, activities: [], agents: [] } : entry
}
