import type { Finder } from '../event/statement'

export const formats = ['exact', 'ids', 'canonical'] as const
export type Format = (typeof formats)[number]

/** A question for statements, as parameters have asked it. */
export interface Asked {
  finders: Finder[]
  since?: string | undefined
  until?: string | undefined
  ascending: boolean
  /** 1 to `MAX_LIMIT`. */
  limit: number
  format: Format
  attachments: boolean
}

/** Parameters ask for this, each checked; the agent is written as the standard's finders have it. */
export interface Parameters {
  agent?: string | undefined
  verb?: string | undefined
  activity?: string | undefined
  registration?: string | undefined
  related_agents: boolean
  related_activities: boolean
  since?: string | undefined
  until?: string | undefined
  ascending: boolean
  limit: number
  format: Format
  attachments: boolean
}

/** One page has so many statements at most: what the store gives at once. */
export const MAX_LIMIT = 1000

/** Writes parameters as a question. A limit of 0 asks for as many as there are in a page. */
export function askedBy(parameters: Parameters): Asked {
  const { agent, verb, activity, registration, since, until } = parameters
  const { related_agents, related_activities, limit } = parameters
  const finders: Finder[] = []
  if (agent !== undefined) {
    finders.push({ by: related_agents ? 'relatedAgent' : 'agent', value: agent })
  }
  if (verb !== undefined) finders.push({ by: 'verb', value: verb })
  if (activity !== undefined) {
    finders.push({ by: related_activities ? 'relatedActivity' : 'activity', value: activity })
  }
  if (registration !== undefined) finders.push({ by: 'registration', value: registration })
  const { ascending, format, attachments } = parameters
  const most = limit === 0 ? MAX_LIMIT : Math.min(limit, MAX_LIMIT)
  return { finders, since, until, ascending, limit: most, format, attachments }
}
