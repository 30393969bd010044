import type { Database } from 'bun:sqlite'
import { statfs } from 'node:fs/promises'
import type { ChangeFeed } from '../change-feed'
import type { DeliveryQueue } from '../delivery-queue'
import type { Gauges } from '../platform'
import { guarded } from './database'

/** Reads the figures of one machine. @throws {StorageError} */
export async function readGauges(
  dataDir: string,
  parts: {
    db: Database
    changes: Pick<ChangeFeed, 'lags'>
    deliveries: Pick<DeliveryQueue, 'stats'>
  },
): Promise<Gauges> {
  const { db, changes, deliveries } = parts
  const { bavail, blocks, bsize } = await statfs(dataDir)
  return {
    disk: { freeBytes: bavail * bsize, sizeBytes: blocks * bsize },
    consumers: changes.lags(),
    deliveries: await deliveries.stats(),
    quarantineItems: guarded('counting quarantine', () => countQuarantined(db)),
  }
}

/** Counts by the sums that the quarantine keeps for its limits. */
function countQuarantined(db: Database): number {
  const sum = 'SELECT coalesce(sum(items), 0) AS items FROM quarantineUsage'
  return db.query<{ items: number }, []>(sum).get()!.items
}
