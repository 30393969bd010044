import { entities } from '../standards/caliper/model/entities'
import { events } from '../standards/caliper/model/events'

/** Tells whether a type of entity is another or stands below it. */
export function isA(type: string, ancestor: string): boolean {
  if (type === ancestor || ancestor === 'Entity') return true
  const { of = [] } = Object.hasOwn(entities, type) ? entities[type]! : {}
  return (typeof of === 'string' ? [of] : of).some((above) => isA(above, ancestor))
}

// A general type stands in a range for its kinds; an entity of which nothing is known is this kind.
const usual: Readonly<Record<string, string>> = { Entity: 'DigitalResource', Agent: 'Person' }

/**
 * Finds the type of entity that an event takes as its object.
 * @param entity the type that the object has, undefined when nothing is known of it
 * @returns undefined when the event takes no such object
 */
export function objectTypeIn(event: string, entity: string | undefined): string | undefined {
  const range = rangeOf(event)
  if (entity === undefined) return usual[range[0]!] ?? range[0]
  if (range.some((type) => isA(entity, type))) return entity
  // Open edX sends the attempt at one question as an event of an Assessment.
  return event === 'AssessmentEvent' && entity === 'AssessmentItem' ? 'Assessment' : undefined
}

function rangeOf(event: string): string[] {
  const { has = {} } = Object.hasOwn(events, event) ? events[event]! : {}
  const [types = ''] = (has.object ?? 'Entity').split(',')
  return types.split(' | ')
}
