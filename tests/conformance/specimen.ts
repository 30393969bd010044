import { events } from '../../src/standards/caliper/model/events'
import { exampleEvent, fullEntity } from '../../src/standards/caliper/model/example'
import { caliperContext, aViewEvent as viewEvent } from '../support/events'

/**
 * What the lists here put their patches on: `ViewEvent` is an LMS's with everything around it; any
 * other type of event, with an action or without, is the model's example; a type of entity is a
 * describe with a value for all that the type has.
 */
export function specimen(base: string): Record<string, unknown> {
  if (base === 'ViewEvent') return viewEvent()
  const [type = '', action] = base.split(' ')
  if (Object.hasOwn(events, type)) return exampleEvent(type, action)
  return { '@context': caliperContext, ...fullEntity(type) }
}
