import type { Fragment } from '../../event/statement'
import { activityOf, relatedActivities } from './activities'
import { agentKey } from './agents'
import { type Node, nodeAt, textAt } from './node'
import { mainAgents, relatedAgents } from './people'

/** Lists what a statement says of activities: the definition of each that has one. */
export function definitionsIn(statement: Node): Fragment[] {
  const object = activityOf(statement)
  const all = [...(object === undefined ? [] : [object]), ...relatedActivities(statement)]
  return distinct(
    all.map((activity) => {
      const definition = nodeAt(activity, 'definition')
      return { id: textAt(activity, 'id'), json: definition && JSON.stringify(definition) }
    }),
  )
}

/** Lists the names that a statement gives to agents and groups. */
export function namesIn(statement: Node): Fragment[] {
  return distinct(
    [...mainAgents(statement), ...relatedAgents(statement)].map((agent) => {
      const name = textAt(agent, 'name')
      return { id: agentKey(agent), json: name === undefined ? name : JSON.stringify({ name }) }
    }),
  )
}

function distinct(
  said: readonly { id: string | undefined; json: string | undefined }[],
): Fragment[] {
  const fragments = new Map<string, Fragment>()
  for (const { id, json } of said) {
    if (id !== undefined && json !== undefined) {
      fragments.set(`${id} ${json}`, { id: id.toWellFormed(), json })
    }
  }
  return [...fragments.values()]
}
