import type { IssueInItem } from './issues-in-item'
import type { ReplayResult } from './replay'

/** The part of a result that people see: ids, at most a hundred of each kind, and all counts. */
export interface ReplayView extends Pick<ReplayResult, 'quarantineId' | 'outcome'> {
  eventCount: number
  eventIds: string[]
  entityCount: number
  entityIds: string[]
  duplicates: number
  quarantinedCount: number
  quarantined: string[]
  errors: IssueInItem[]
}

// A body may bring thousands of items, and a page of results has up to a thousand bodies.
const MAX_NAMED = 100

export function replayViewOf(result: ReplayResult): ReplayView {
  const { quarantineId, outcome, errors, stored, successors } = result
  const ofKind = (kind: string) =>
    stored.filter(({ item }) => item.event.kind === kind).map(({ item }) => item.id)
  const [events, entities] = [ofKind('event'), ofKind('entity')]
  return {
    quarantineId,
    outcome,
    eventCount: events.length,
    eventIds: events.slice(0, MAX_NAMED),
    entityCount: entities.length,
    entityIds: entities.slice(0, MAX_NAMED),
    duplicates: stored.filter(({ isDuplicate }) => isDuplicate).length,
    quarantinedCount: successors.length,
    quarantined: successors.slice(0, MAX_NAMED).map((successor) => successor.quarantineId),
    errors,
  }
}
