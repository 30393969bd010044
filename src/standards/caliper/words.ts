import { actions } from './model/actions'
import { entities } from './model/entities'
import { events } from './model/events'
import { vocabularies } from './model/vocabularies'

/** The terms of Caliper that stand as values: kinds of things, deeds, roles and the like. */
export const words: ReadonlySet<string> = new Set([
  ...['Event', 'Entity'],
  ...Object.keys(events),
  ...Object.keys(entities),
  ...actions,
  ...Object.values(vocabularies).flatMap((terms) => [...terms]),
])
