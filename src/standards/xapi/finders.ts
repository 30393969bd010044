import type { EventRecord } from '../../event/record'
import type { Finder, FinderName } from '../../event/statement'
import { activityOf, relatedActivities } from './activities'
import { agentKey } from './agents'
import { type Node, nodeAt, textAt } from './node'
import { mainAgents, relatedAgents } from './people'

/** Lists by which values a statement is found, each once. */
export function findersOf(
  statement: Node,
  authority: Node,
  { sourceId }: Pick<EventRecord, 'sourceId'>,
): Finder[] {
  const finders: Finder[] = []
  const seen = new Set<string>()

  function add(by: FinderName, value: string | undefined): void {
    if (value === undefined) return
    const key = `${by} ${value}`
    if (seen.has(key)) return
    seen.add(key)
    finders.push({ by, value: value.toWellFormed() })
  }

  for (const agent of mainAgents(statement)) {
    const key = agentKey(agent)
    add('agent', key)
    add('relatedAgent', key)
  }
  for (const agent of relatedAgents(statement)) add('relatedAgent', agentKey(agent))
  add('relatedAgent', agentKey(authority))
  add('verb', textAt(nodeAt(statement, 'verb'), 'id'))
  const activity = textAt(activityOf(statement), 'id')
  add('activity', activity)
  add('relatedActivity', activity)
  for (const one of relatedActivities(statement)) add('relatedActivity', textAt(one, 'id'))
  add('registration', textAt(nodeAt(statement, 'context'), 'registration')?.toLowerCase())
  add('source', sourceId)
  return finders
}

/**
 * Writes an agent or group, as a query has it, as the value of its finders.
 * @param agentJson JSON that `checkAgent` accepts
 * @returns undefined for an anonymous group, which nothing is found by
 */
export function finderOfAgent(agentJson: string): string | undefined {
  return agentKey(JSON.parse(agentJson) as Node)
}
