import { eventOfStatement } from './event-of-statement'
import type { Json } from './json'
import type { Match } from './match'
import { carrying, remainderOf, unloaded, type Way, withRemainder } from './remainder'
import { type Fallback, statementOfEvent } from './statement-of-event'

export type { Fallback } from './statement-of-event'

/** Extensions that hold what the other standard could not say, so that nothing is lost. */
const IN_STATEMENTS = { key: 'urn:nonius:caliper', way: ['context', 'extensions'] as Way }
const IN_EVENTS = { key: 'urn:nonius:xapi', way: ['extensions'] as Way }

export interface Converted {
  document: Json
  match: Match
}

/**
 * Converts an event of Caliper to a statement of xAPI. Everything that the statement has no words for
 * is in its context's extension `urn:nonius:caliper`; an event that `toCaliper` made becomes the
 * statement again that it was made of.
 * @param event an event that passed Caliper's gate
 */
export function toXapi(event: Json, fallback: Fallback): Converted {
  const { way, key } = IN_EVENTS
  const { document, remainder } = unloaded(event, way, key)
  const statement = statementCarrying(document, fallback)
  if (remainder === undefined) return statement
  return { ...statement, document: withRemainder(statement.document, remainder) }
}

function statementCarrying(event: Json, fallback: Fallback): Converted {
  const { document, match } = statementOfEvent(event, fallback)
  const back = eventOfStatement(document, fallback).document
  const remainder = remainderOf(event, back)
  if (remainder === undefined) return { document, match }
  const { way, key } = IN_STATEMENTS
  return { document: carrying(document, way, key, remainder), match }
}

/**
 * Converts a statement of xAPI to an event of Caliper 1.2. Everything that the event has no words for
 * is in its extension `urn:nonius:xapi`; a statement that `toXapi` made becomes the event again that
 * it was made of.
 * @param statement a statement that passed xAPI's gate
 */
export function toCaliper(statement: Json, fallback: Fallback): Converted {
  const carried = unloaded(statement, IN_STATEMENTS.way, IN_STATEMENTS.key)
  const { document: bare, match } = eventOfStatement(carried.document, fallback)
  const event = carried.remainder === undefined ? bare : withRemainder(bare, carried.remainder)
  const back = statementCarrying(event, fallback).document
  const remainder = remainderOf(statement, back)
  if (remainder === undefined) return { document: event, match }
  const { way, key } = IN_EVENTS
  return { document: carrying(event, way, key, remainder), match }
}
