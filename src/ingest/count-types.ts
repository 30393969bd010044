import type { TypeCounts } from '../platform/type-counts'
import type { Origin, Stored } from './arrival'

/**
 * Counts what a request has stored by type, whichever way it came; entities are no events. Where the
 * feed is counted (`changes/count-types.ts`), nothing is.
 */
export function countTypesWith(counts: Pick<TypeCounts, 'add'> | undefined) {
  return function countTypes({ tenantId, receivedAt }: Origin, stored: readonly Stored[]): void {
    const types = new Map<string, number>()
    for (const { item, isDuplicate } of stored) {
      const { type, kind } = item.event
      if (!isDuplicate && kind === 'event') types.set(type, (types.get(type) ?? 0) + 1)
    }
    if (types.size > 0) counts?.add?.(tenantId, receivedAt, types)
  }
}
