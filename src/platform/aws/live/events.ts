import type { EventRecord } from '../../../event/record'
import type { Clock } from '../../clock'
import type { createItems } from '../events/item'
import { committedOf, type OutcomesOf } from '../events/outcomes'
import { readItems } from '../events/read'
import type { EventTable } from '../events/write'

/** A logged event has its key in the table, and its record unless it was erased, or has expired. */
export type FindLogged = (
  tenantId: string,
  digests: readonly string[],
) => Promise<(EventRecord | undefined)[]>

interface Needs {
  events: EventTable
  items: Pick<ReturnType<typeof createItems>, 'toRecord'>
  outcomesOf: OutcomesOf
  clock: Clock
}

/**
 * Makes what reads the events of a row from the hot store, as they are at this moment.
 * @throws {StorageError}
 */
export function findLoggedIn({ events, items, outcomesOf, clock }: Needs): FindLogged {
  return async function findLogged(tenantId, digests) {
    const keys = digests.map((digest) => `${tenantId}#${digest}`)
    const held = await readItems(events, [...new Set(keys)])
    const committed = await committedOf(held, outcomesOf)
    const now = clock.now().getTime()
    return Promise.all(
      keys.map(async (key) => {
        const item = committed.get(key)
        const record = item && (await items.toRecord(item))
        return record && Date.parse(record.expiresAt) > now ? record : undefined
      }),
    )
  }
}
