import type { EventRecord } from '../event/record'
import { factsOf } from './facts'
import type { GovernanceParts } from './governance'
import type { InForce } from './policies'
import type { Facts } from './policy/decision'

/**
 * Finds the facts of events that are stored, in their order.
 * @throws {StorageError}
 */
export async function factsOfStored(
  records: readonly EventRecord[],
  tried: InForce,
  parts: GovernanceParts,
): Promise<Facts[]> {
  const personal = await parts.personal()
  // Nobody who was erased is among what is stored.
  const inForce = { ...tried, hasTombstones: false }
  const facts = new Map<EventRecord, Facts>()
  const groups = Map.groupBy(records, ({ tenantId, standard }) =>
    JSON.stringify([tenantId, standard]),
  )
  for (const group of groups.values()) {
    const { tenantId, sourceId, receivedAt, server, standard } = group[0]!
    const sending = { tenantId, sourceId, receivedAt, server }
    const known = group.map((event) => ({ raw: event.raw, event }))
    const found = await factsOf(known, { parts, personal, inForce, sending, standard })
    for (const [at, record] of group.entries()) facts.set(record, found[at]!)
  }
  return records.map((record) => facts.get(record)!)
}
