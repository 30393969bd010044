import { type Node, nodeAt, nodesAt } from './node'

/** The relations of `contextActivities` (1.0.3, Data, 2.4.6.2). */
export const relations = ['parent', 'grouping', 'category', 'other'] as const

/** Returns the object, when it is an activity. */
export function activityOf(statement: Node): Node | undefined {
  const object = nodeAt(statement, 'object')
  const type = object?.objectType
  return type === undefined || type === 'Activity' ? object : undefined
}

/** Finds what `related_activities` asks for beyond the object: the context's, a SubStatement's. */
export function relatedActivities(statement: Node): Node[] {
  const around = nodeAt(nodeAt(statement, 'context'), 'contextActivities')
  const object = nodeAt(statement, 'object')
  const own = around === undefined ? [] : relations.flatMap((name) => nodesAt(around, name))
  if (object?.objectType !== 'SubStatement') return own
  const inner = activityOf(object)
  return [...own, ...(inner === undefined ? [] : [inner]), ...relatedActivities(object)]
}
