import { checkItem } from '../standards/caliper/check-item'
import { contextIri } from '../standards/caliper/version'
import { isIri } from '../syntax/iri'
import { toUtcMillis } from '../syntax/timestamp'
import { entityOfActivity, entityOfObject, organizationOf } from './activities'
import { actorOf } from './agents'
import { isA, objectTypeIn } from './entities'
import { isObject, type Json, objectIn, withoutAbsent } from './json'
import { happeningOf } from './lookup'
import { type Match, weakest } from './match'
import { generatedOf, locationOf } from './results'
import type { Bare, Fallback } from './statement-of-event'

// The most general thing that somebody can do with something, where no action comes near.
const NO_ACTION = 'Used'

/** Says in an event of Caliper 1.2 as much of a statement as Caliper has words for. */
export function eventOfStatement(statement: Json, fallback: Fallback): Bare {
  const said = entityOfObject(statement.object)
  const happening = happeningOf(String(objectIn(statement, 'verb').id ?? ''), said.type)
  const match = weakest(said.match, happening.match)
  const { action = NO_ACTION } = happening
  const build = (event: string, type: string | undefined) =>
    eventWith({ statement, fallback, event, action, object: said.part, type })

  const isGrade = happening.event === 'GradeEvent'
  const type = isGrade ? said.type : objectTypeIn(happening.event, said.type)
  if (isGrade || type !== undefined) {
    const document = build(happening.event, type)
    if (isValid(document)) return { document, match }
  }
  // The general event takes every actor, every object and every action.
  return { document: build('Event', said.type), match: weaker(match, happening.event) }
}

function weaker(match: Match, event: string): Match {
  return event === 'Event' ? match : weakest(match, 'close')
}

function isValid(event: Json): boolean {
  return checkItem(event, 'event', '1.2').every(({ rule }) => rule.severity !== 'error')
}

interface Making {
  statement: Json
  fallback: Fallback
  event: string
  action: string
  object: Json
  type: string | undefined
}

function eventWith({ statement, fallback, event, action, object, type }: Making): Json {
  const context = objectIn(statement, 'context')
  const { id, timestamp, stored } = statement
  const time = timestamp ?? stored
  const actor = actorOf(statement.actor)
  const entity = { ...object, type: type ?? 'DigitalResource', ...partOf(context, type) }
  return withoutAbsent({
    '@context': contextIri,
    id: typeof id === 'string' ? `urn:uuid:${id.toLowerCase()}` : fallback.id,
    type: event,
    actor,
    action,
    object: event === 'GradeEvent' ? attemptAt(entity, actor) : entity,
    generated: generatedOf(statement, event),
    target: event === 'MediaEvent' ? locationOf(statement, action) : undefined,
    eventTime: (typeof time === 'string' ? toUtcMillis(time) : undefined) ?? fallback.at,
    edApp: appOf(context.platform),
    group: groupOf(objectIn(context, 'contextActivities')),
    session: sessionOf(context.registration),
    extensions: withoutAbsent(objectIn(context, 'extensions')),
  })!
}

/** Makes the attempt that a grade is given to; a statement knows it by no id of its own. */
function attemptAt(assignable: Json, { type, ...actor }: Json): Json {
  const assignee = type === 'Person' ? { ...actor, type } : undefined
  return withoutAbsent({ id: '_:attempt', type: 'Attempt', assignee, assignable })!
}

function partOf(context: Json, type: string | undefined): Json {
  if (type !== undefined && !isA(type, 'DigitalResource')) return {}
  const [parent] = listed(objectIn(context, 'contextActivities').parent)
  if (!isObject(parent)) return {}
  const { part, type: entity = 'DigitalResource' } = entityOfActivity(parent)
  return { isPartOf: { ...part, type: entity } }
}

/** Lists the activities of a relation; one that stands alone is a list of one (1.0.3, Data, 2.4.6.2). */
function listed(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined ? [] : [value]
}

function groupOf({ grouping }: Json): Json | undefined {
  for (const activity of listed(grouping)) {
    const organization = organizationOf(activity)
    if (organization !== undefined) return organization
  }
  return undefined
}

function appOf(platform: unknown): Json | undefined {
  if (typeof platform !== 'string' || platform === '') return undefined
  const type = 'SoftwareApplication'
  return isIri(platform) ? { id: platform, type } : { id: '_:platform', type, name: platform }
}

function sessionOf(registration: unknown): Json | undefined {
  if (typeof registration !== 'string') return undefined
  return { id: `urn:uuid:${registration.toLowerCase()}`, type: 'Session' }
}
