import type { Archive } from './archive'
import type { BlobStore } from './blob-store'
import type { ChangeFeed } from './change-feed'
import type { ConformanceCounts } from './conformance-counts'
import type { DeliveryQueue } from './delivery-queue'
import type { DocumentStore } from './document-store'
import type { EventStore } from './event-store'
import type { Lake } from './lake'
import type { QuarantineStore } from './quarantine-store'
import type { Registry } from './registry'
import type { ReplayJobs } from './replay-jobs'

/** Plain sentences. */
export interface Health {
  /** Why it cannot take events now. */
  problems: string[]
  /** What a person should see to, though events are taken: what was damaged, refused or restored. */
  notices?: readonly string[]
  archive?: ArchiveTrouble | undefined
}

/** What answers requests stands on. Two of them exist: one machine, and AWS. */
export interface ServingPlatform {
  events: EventStore
  quarantine: QuarantineStore
  registry: Registry
  conformance: ConformanceCounts
  /** SQL over what is archived. Nothing of an engine is loaded into the process until it is asked. */
  lake: Lake
  documents: DocumentStore
  /** What is too large for a document, by prefix: each who puts has one of their own. */
  blobs: BlobStore
  /** What becomes of deliveries when a person changes their webhook. */
  deliveries: Pick<DeliveryQueue, 'release' | 'drop'>
  /**
   * Where a request goes that the hot store cannot take, to be read again later. Absent where the
   * blobs are on the disk that has just failed (decisions/0007).
   */
  spill?: BlobStore | undefined
  /** Replays that go on in the background. Absent where no process lives on after its request. */
  replays?: ReplayJobs | undefined
  /**
   * How far what follows from a stored event is behind. Absent where the platform's own metrics tell
   * (on AWS, the age of the stream's iterator).
   */
  changes?: Pick<ChangeFeed, 'lag'> | undefined
  /**
   * A place in the change feed, to begin or end a `Span` with: whatever is stored from now on is after
   * it, whatever the clocks say. (On AWS, where the feed knows no places, it is a time.)
   */
  mark(): string
  /** For `/ready`. */
  health(): Promise<Health>
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
  deliveries: DeliveryQueue
}
