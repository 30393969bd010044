import { firstIssues } from '../../error/bounded-issues'
import type { Reading } from '../../event/reading'
import type { QuarantinedItem, QuarantineStore } from '../../platform/quarantine-store'
import { MAX_REASONS } from '../../quarantine/max-reasons'
import { quarantineId } from '../../quarantine/quarantine-id'
import { eachOf, inTurns } from '../../syntax/steps'
import type { Origin, Refused } from '../arrival'

/** Quarantines the refused items of a reading. */
export function quarantineWith({ store }: { store: Pick<QuarantineStore, 'put'> }) {
  /**
   * Quarantines the items.
   * @returns the items as they are in quarantine, once they are durable
   * @throws {StorageError}
   * @throws {AppError} `quarantine_full`
   */
  return async function quarantine(
    refused: readonly Refused[],
    reading: Reading,
    origin: Origin,
  ): Promise<QuarantinedItem[]> {
    const items = await inTurns(eachOf(refused, quarantinedItemWith(reading, origin)))
    if (items.length > 0) await store.put(items)
    return items
  }
}

/** Turns a refused item into what the quarantine stores: the item, every reason, its origin. */
export function quarantinedItemWith({ standard, context }: Reading, origin: Origin) {
  const { tenantId, sourceId, server, receivedAt, repair, optOut } = origin

  return function quarantinedItem({ index, id, raw, encoding, around, ...refused }: Refused) {
    const errors = firstIssues(refused.errors, MAX_REASONS)
    const item = { tenantId, sourceId, standard, scope: 'item', errors, raw } as const
    const isPlain = encoding === undefined && around?.context === undefined && !optOut
    const readBy = isPlain
      ? context
      : {
          ...{ ...context, ...around?.context },
          ...(encoding !== undefined && { encoding }),
          // A replay has no browser that says so.
          ...(optOut && { optOut: optOut.join(',') }),
        }
    const seen = around?.server ?? server
    const rest = { index, id, receivedAt, server: seen, context: readBy, ...(repair && { repair }) }
    return { ...item, quarantineId: quarantineId(item), ...rest } satisfies QuarantinedItem
  }
}
