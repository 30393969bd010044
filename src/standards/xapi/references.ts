import { activityOf, relatedActivities } from './activities'
import type { Node } from './node'
import { mainAgents, relatedAgents } from './people'

/** Everybody and everything that a statement names, but for its authority and its verb. */
export interface References {
  /** The query `agent` asks for them. */
  agents: readonly Node[]
  /** The query `related_agents` asks for them as well. */
  otherAgents: readonly Node[]
  /** The object, when it is an activity. */
  activity: Node | undefined
  /** The query `related_activities` asks for them as well. */
  otherActivities: readonly Node[]
}

export function referencesIn(statement: Node): References {
  return {
    agents: mainAgents(statement),
    otherAgents: relatedAgents(statement),
    activity: activityOf(statement),
    otherActivities: relatedActivities(statement),
  }
}

/**
 * A statement may name so many agents and activities. A group of a large course has some hundred, and
 * a record store that keeps an index writes an entry or two for each.
 */
export const MAX_REFERENCES = 1000

// A reference takes more characters than that: `{"id":"a:b"},`.
const LEAST_LENGTH = 12

/**
 * Tells whether a statement names too many.
 * @param raw its text; a short one is not looked at
 */
export function namesTooMany(statement: Node, raw: string): boolean {
  if (raw.length < MAX_REFERENCES * LEAST_LENGTH) return false
  const { agents, otherAgents, otherActivities } = referencesIn(statement)
  return agents.length + otherAgents.length + otherActivities.length > MAX_REFERENCES
}
