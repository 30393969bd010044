import { actions } from '../standards/caliper/model/actions'
import { entities } from '../standards/caliper/model/entities'
import { isIri } from '../syntax/iri'
import { rowByActivityType, rowByEntity } from './activity-types'
import { type Match, weakest } from './match'
import { iriOf, prefixes } from './prefixes'
import { type VerbRow, verbRows, verbsOfActions } from './verbs'

/** What happened, in Caliper's terms. */
export interface Happening {
  event: string
  /** Absent where no action of Caliper comes near. */
  action: string | undefined
  match: Match
}

/** Rows of one verb, by type of entity; `*` is for all others. */
type ByEntity = ReadonlyMap<string, Happening>

const happenings: ReadonlyMap<string, ByEntity> = happeningsByVerb()

// Caliper's general event stands for whatever has no row.
const nothingNearer: Happening = { event: 'Event', action: undefined, match: 'generic' }

/**
 * Finds what a verb means in Caliper.
 * @param verb its IRI
 * @param entity the type of entity of the object, where one is known
 */
export function happeningOf(verb: string, entity: string | undefined): Happening {
  const rows = happenings.get(verb)
  if (rows === undefined) return nothingNearer
  return (entity !== undefined && rows.get(entity)) || rows.get('*') || nothingNearer
}

/**
 * Finds the type of entity that an activity type stands for.
 * @param activityType its IRI
 * @returns undefined when it stands for none
 */
export function entityOf(activityType: string): { entity: string; match: Match } | undefined {
  return rowByActivityType.get(activityType) ?? ownEntity(activityType)
}

function ownEntity(iri: string): { entity: string; match: Match } | undefined {
  const space = prefixes['caliper-type']
  if (!iri.startsWith(space)) return undefined
  const entity = iri.slice(space.length)
  return Object.hasOwn(entities, entity) ? { entity, match: 'exact' } : undefined
}

/** Finds the activity type of a type of entity; `generic` where it is Caliper's own IRI. */
export function activityTypeOf(entity: string): { iri: string; match: Match } {
  const row = rowByEntity.get(entity)
  if (row !== undefined) return { iri: iriOf(row.activityType), match: row.match }
  const iri = isIri(entity) ? entity : prefixes['caliper-type'] + encodeURIComponent(entity)
  return { iri, match: 'generic' }
}

/**
 * Finds the verb for an event of Caliper; `generic` where it is the action's own IRI.
 * @param entity the type of entity of the object
 */
export function verbOf(
  event: string,
  action: string,
  entity: string | undefined,
): { iri: string; match: Match } {
  const found = [...verbRows, ...verbsOfActions].filter((row) => row.action === action)
  const fitting = found.filter((row) => row.event === event)
  const row =
    fitting.find(({ on }) => entity !== undefined && on.includes(entity)) ??
    fitting.find(({ on }) => on.includes('*'))
  if (row !== undefined) return { iri: iriOf(row.verb), match: row.match }
  // A verb that means the action elsewhere says it here too, if not in which kind of event.
  const other = found.find(({ on, match }) => on.includes('*') && match === 'exact')
  if (other !== undefined) return { iri: iriOf(other.verb), match: weakest(other.match, 'close') }
  return { iri: prefixes['caliper-action'] + encodeURIComponent(action), match: 'generic' }
}

function happeningsByVerb(): Map<string, ByEntity> {
  const found = new Map<string, Map<string, Happening>>()
  for (const row of verbRows) put(iriOf(row.verb), row)
  // Caliper's actions are IRIs as well, and whoever uses one as a verb has said it exactly.
  for (const action of actions) {
    const row: VerbRow = { verb: '', on: ['*'], event: 'Event', action, match: 'exact' }
    put(prefixes['caliper-action'] + action, row)
  }
  return found

  function put(verb: string, { on, event, action, match }: VerbRow): void {
    const rows = found.get(verb) ?? new Map<string, Happening>()
    found.set(verb, rows)
    for (const entity of on) rows.set(entity, { event, action, match })
  }
}
