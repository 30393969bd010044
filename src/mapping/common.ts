import type { ReadEvent } from '../event/reading'
import type { StandardName } from '../event/record'
import { actions } from '../standards/caliper/model/actions'
import { asSent, type Common, type CommonOf } from './common-words'
import { entityOf, happeningOf } from './lookup'

const commonBy: Record<StandardName, CommonOf> = {
  caliper: asSent,

  xapi({ action = '', objectType }) {
    const entity = objectType === undefined ? undefined : entityOf(objectType)?.entity
    const { event, action: commonAction } = happeningOf(action, entity)
    return { type: event, objectType: entity ?? objectType, commonAction }
  },

  // The type of a native event is its sender's own word; it is common where it is Caliper's action or
  // a verb of xAPI, letter for letter, or its registered type says so.
  native: ({ type, objectType, commonAction }) => ({
    type,
    objectType,
    commonAction: commonAction ?? (actions.has(type) ? type : happeningOf(type, undefined).action),
  }),
}

/**
 * Says what happened in the words that all standards share. It looks up tables and parses nothing,
 * since it is called once an event.
 */
export function commonOf(event: ReadEvent): Common {
  return commonBy[event.standard](event)
}
