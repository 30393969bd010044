import type { Archive } from './archive'
import type { ChangeFeed } from './change-feed'
import type { ConformanceCounts } from './conformance-counts'
import type { DeliveryQueue } from './delivery-queue'
import type { EventStore } from './event-store'
import type { Lake } from './lake'
import type { QuarantineStore } from './quarantine-store'
import type { Registry } from './registry'

/** Everything the product stands on. Two of them exist: one machine, and AWS. */
export interface Platform extends AsyncDisposable {
  events: EventStore
  changes: ChangeFeed
  archive: Archive
  lake: Lake
  quarantine: QuarantineStore
  deliveries: DeliveryQueue
  registry: Registry
  conformance: ConformanceCounts
  /** Whether it can take events now; each problem is a plain sentence. For `/ready`. */
  health(): Promise<{ problems: string[] }>
}
