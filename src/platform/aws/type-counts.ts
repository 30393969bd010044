import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Clock } from '../clock'
import { hourOf, KEPT_MS } from '../shared/tally'
import type { TypeCounts } from '../type-counts'
import { byPeriod, countedIn, idOf, periodOf } from './counts/counted'
import { forgetTypes, readTypes } from './counts/read-types'
import { guarded } from './errors'

/** Whoever follows the stream counts (`counts/stored-types.ts`). */
export type FollowedCounts = Required<Omit<TypeCounts, 'add'>>

interface Needs {
  client: DynamoDBClient
  /** Names the registry's table. */
  table: string
  clock: Clock
}

/** Reads counts by type in the registry's table. */
export function createTypeCounts({ client, table, clock }: Needs): FollowedCounts {
  return {
    read: (tenantId, now) =>
      guarded('reading counts by type', () => readTypes({ client, table }, tenantId, now)),

    areCounted: (stored) =>
      guarded('looking for counted events', async () => {
        for (const all of byPeriod(stored)) {
          const counted = await countedIn({ client, table }, periodOf(all[0]!))
          if (!all.every((one) => counted.has(idOf(one)))) return false
        }
        return true
      }),

    forget: (tenantId, before) =>
      guarded('forgetting counts by type', async () => {
        const oldest = hourOf(new Date(clock.now().getTime() - KEPT_MS).toISOString())
        if (hourOf(before.time) < oldest) return { removed: 0 }
        return forgetTypes({ client, table }, tenantId, before)
      }),
  }
}
