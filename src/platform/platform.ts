import type { Archive } from './archive'
import type { BlobStore } from './blob-store'
import type { ChangeFeed } from './change-feed'
import type { ConformanceCounts } from './conformance-counts'
import type { DeliveryQueue } from './delivery-queue'
import type { EventStore } from './event-store'
import type { Lake } from './lake'
import type { QuarantineStore } from './quarantine-store'
import type { Registry } from './registry'

/** What answers requests stands on. Two of them exist: one machine, and AWS. */
export interface ServingPlatform {
  events: EventStore
  quarantine: QuarantineStore
  registry: Registry
  conformance: ConformanceCounts
  /**
   * Where a request goes that the hot store cannot take, to be read again later. Absent where the
   * blobs would stand on the disk that has just failed (decisions/0007).
   */
  spill?: BlobStore | undefined
  /**
   * How far what follows from a stored event is behind. Absent where the platform's own metrics tell
   * (on AWS, the age of the stream's iterator).
   */
  changes?: Pick<ChangeFeed, 'lag'> | undefined
  /** Whether it can take events now; each problem is a plain sentence. For `/ready`. */
  health(): Promise<{ problems: string[]; archive?: ArchiveTrouble | undefined }>
}

/** What keeps stored events out of the lake, while it does not keep any from being taken. */
export interface ArchiveTrouble {
  /** Why the archive does not get on at the moment; it tries again by itself. */
  waitingFor?: string | undefined
  /** How many files there are of records that the engine of the lake does not take. */
  setAside: number
}

/** Everything the product stands on, in one process. */
export interface Platform extends ServingPlatform, AsyncDisposable {
  changes: ChangeFeed
  archive: Archive
  lake: Lake
  deliveries: DeliveryQueue
}
