import type { Fragment } from '../../event/statement'
import { agentKey } from './agents'
import { nodeAt, textAt } from './node'
import type { References } from './references'

/** Lists what a statement says of activities: the definition of each that has one. */
export function definitionsIn({ activity, otherActivities }: References): Fragment[] {
  const all = activity === undefined ? otherActivities : [activity, ...otherActivities]
  return distinct(
    all.map((one) => {
      const definition = nodeAt(one, 'definition')
      return { id: textAt(one, 'id'), json: definition && JSON.stringify(definition) }
    }),
  )
}

/** Lists the names that a statement gives to agents and groups. */
export function namesIn({ agents, otherAgents }: References): Fragment[] {
  return distinct(
    [...agents, ...otherAgents].map((agent) => {
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
