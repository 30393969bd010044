import type { Fragment } from '../../event/statement'
import { identifierNames } from './check/rules'
import { type Node, textAt } from './node'

/**
 * Makes the Person object of an agent (1.0.3, Communication, 2.4): each of its members is an array.
 * @param agent as a query has it
 * @param fragments `StatementStore.agent` of its key, oldest first; the newest name comes first
 */
export function personOf(agent: Node, fragments: readonly Fragment[]): Node {
  const names = fragments.flatMap(({ json }) => textAt(JSON.parse(json), 'name') ?? [])
  const own = textAt(agent, 'name')
  const all = new Set([...names.toReversed(), ...(own === undefined ? [] : [own])])
  const person: Node = { objectType: 'Person' }
  if (all.size > 0) person.name = [...all]
  for (const name of identifierNames) if (agent[name] !== undefined) person[name] = [agent[name]]
  return person
}
