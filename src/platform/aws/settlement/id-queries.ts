import { ownedBy } from './people-sql'

// A statement of Athena has at most 262,144 bytes; an id of 2 KB stands in one up to four times.
const IDS_AT_ONCE = 20

/** Writes queries that list the ids of events of these people (`LakeErasures.idQueries`). */
export function idQueries(tenantId: string, actorIds: readonly string[]): string[] {
  const queries: string[] = []
  for (let at = 0; at < actorIds.length; at += IDS_AT_ONCE) {
    const condition = ownedBy(tenantId, actorIds.slice(at, at + IDS_AT_ONCE))
    if (condition !== undefined) {
      queries.push(`SELECT DISTINCT event_id FROM events WHERE ${condition}`)
    }
  }
  return queries
}
