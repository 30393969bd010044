import { isAgentOrGroup } from './agents'
import { type Node, nodeAt, nodesAt } from './node'

/** Returns an agent, or a group with its members. */
function withMembers(actor: Node | undefined): Node[] {
  return actor === undefined ? [] : [actor, ...nodesAt(actor, 'member')]
}

/** Finds whom the query `agent` asks for: the actor and the object, and the members of groups. */
export function mainAgents(statement: Node): Node[] {
  const object = nodeAt(statement, 'object')
  return [
    ...withMembers(nodeAt(statement, 'actor')),
    ...(isAgentOrGroup(object) ? withMembers(object) : []),
  ]
}

/**
 * Finds whom `related_agents` asks for beyond `mainAgents`: instructor, team, the agents and groups
 * of the context, and everybody in a SubStatement (1.0.3, Communication, 2.1.3). The authority is
 * not among them.
 */
export function relatedAgents(statement: Node): Node[] {
  const context = nodeAt(statement, 'context')
  const object = nodeAt(statement, 'object')
  const inner = object?.objectType === 'SubStatement' ? object : undefined
  return [
    ...withMembers(nodeAt(context, 'instructor')),
    ...withMembers(nodeAt(context, 'team')),
    ...nodesAt(context, 'contextAgents').flatMap((one) => withMembers(nodeAt(one, 'agent'))),
    ...nodesAt(context, 'contextGroups').flatMap((one) => withMembers(nodeAt(one, 'group'))),
    ...(inner === undefined ? [] : [...mainAgents(inner), ...relatedAgents(inner)]),
  ]
}
