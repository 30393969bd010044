import type { ReplayResult } from '../../ingest/replay'
import type { z } from '../zod'
import type { ReplayResultView } from './schemas'

// A body may bring thousands of items, and a page of results has up to a thousand bodies.
const MAX_NAMED = 100

export function resultViewOf(result: ReplayResult): z.output<typeof ReplayResultView> {
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
