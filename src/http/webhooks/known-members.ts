import { entities, entityBase } from '../../standards/caliper/model/entities'
import { eventBase } from '../../standards/caliper/model/events'
import { memberNames } from '../../standards/native/member-names'
import { objects } from '../../standards/xapi/model/objects'

/** Lists what stands directly in an event, or a described entity, of any standard. */
export const knownMembers: ReadonlySet<string> = new Set([
  ...['@context', '@id', '@type'],
  ...Object.keys(eventBase),
  ...Object.keys(entityBase),
  ...Object.values(entities).flatMap(({ has = {} }) => Object.keys(has)),
  ...Object.keys(objects.Statement.properties),
  ...memberNames(),
])
