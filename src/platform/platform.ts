import type { Aggregates } from './aggregates'
import type { Archive } from './archive'
import type { BlobStore } from './blob-store'
import type { ChangeFeed } from './change-feed'
import type { ConformanceCounts } from './conformance-counts'
import type { DeliveryLog } from './delivery-log'
import type { DeliveryQueue } from './delivery-queue'
import type { DocumentStore } from './document-store'
import type { EventStore } from './event-store'
import type { FileLinks } from './file-links'
import type { Lake, SqlJudge } from './lake'
import type { LakeErasures } from './lake-erasures'
import type { LiveFeed } from './live-feed'
import type { QuarantineStore } from './quarantine-store'
import type { Registry } from './registry'
import type { XapiMode } from './registry/tenants'
import type { ReplayJobs } from './replay-jobs'
import type { SecretBox } from './secret-box'
import type { Settlement } from './settlement'
import type { SourceActivity } from './source-activity'
import type { Spill } from './spill'
import type { StatementStore } from './statement-store'
import type { TokenSigner } from './token-signer'
import type { Trees } from './trees'
import type { TypeCounts } from './type-counts'

/** Health tells a person, in plain sentences, how the platform is. */
export interface Health {
  /** Problems say why it cannot take events now. */
  problems: string[]
  /**
   * A person should see to these, though events are taken: what was damaged, refused or restored.
   */
  notices?: readonly string[]
  archive?: ArchiveTrouble | undefined
}

/**
 * A serving platform is what a process that answers requests needs. One machine and AWS have one.
 */
export interface ServingPlatform {
  events: EventStore
  /** Statements of xAPI are found here, by tenants that have a record store. */
  statements: StatementStore
  /** A tenant that chose nothing has this (`Tenant.xapi`). */
  defaultXapi: XapiMode
  quarantine: QuarantineStore
  registry: Registry
  conformance: ConformanceCounts
  activity: SourceActivity
  typeCounts: TypeCounts
  /**
   * The lake answers SQL over what is archived. An engine is loaded into the process on first use
   * only.
   */
  lake: Lake
  /** Judges SQL of others for the same engine. */
  sqlJudge: SqlJudge
  /** Erasures in the lake are asked for here. Absent where the archive erases by itself. */
  lakeErasures?: LakeErasures | undefined
  /** Metrics are counted here as they arrive. Absent where the lake answers them all (on AWS). */
  aggregates?: Aggregates | undefined
  /** Trees of hashes prove that stored events are as they were. */
  trees?: Trees | undefined
  documents: DocumentStore
  /**
   * Blobs hold what is too large for a document; each part of the code puts under its own prefix.
   */
  blobs: BlobStore
  /** Gives out large files by addresses of the platform. Absent where a process of ours sends them. */
  fileLinks?: FileLinks | undefined
  /** Gives the signer of cursors that are made above the stores; one key for all processes. */
  tokens(): Promise<TokenSigner>
  /** Gives the box that seals what governance keeps of people; one key for all processes. */
  box(): Promise<SecretBox>
  /** Deliveries of webhooks: those that people release, drop, look at, and have tried again. */
  deliveries: Pick<DeliveryQueue, 'enqueue' | 'release' | 'drop'> &
    Partial<Pick<DeliveryQueue, 'erase'>> &
    DeliveryLog
  /** Erases people from the lake at once. Absent where a job does. */
  archive?: Pick<Archive, 'erase'> | undefined
  /**
   * The spill takes a request that the hot store cannot take, to be read again later. Absent where
   * the blobs are on the disk that has just failed (decisions/0007).
   */
  spill?: Spill | undefined
  /**
   * Tells who carries replays to webhooks on, after a delay. Absent where the process of the request
   * does that itself.
   */
  wakeReplay?:
    | ((
        replay: { tenantId: string; webhookId: string; replayId: string },
        delayMs?: number,
      ) => Promise<void>)
    | undefined
  /** Replays go on in the background. Absent where no process lives on after its request. */
  replays?: ReplayJobs | undefined
  /**
   * Tells how far consumers are behind the stored events. Absent where the platform's own metrics
   * tell (on AWS, the age of the stream's iterator).
   */
  changes?: Pick<ChangeFeed, 'lag' | 'lags'> | undefined
  /** Tells through which day the lake is settled. Absent where a job of its own does that (on AWS). */
  settlement?: Pick<Settlement, 'state'> | undefined
  /**
   * Readers follow it live. Absent where no process lives on after its request (on AWS, but in the
   * function that streams).
   */
  live?: LiveFeed | undefined
  /**
   * Marks a place in the change feed, to begin or end a `Span` with: whatever is stored from now on
   * is after it, whatever the clocks say. (On AWS, where the feed knows no places, it is a time.)
   */
  mark(): string
  /** Reports health, for `/ready`. */
  health(): Promise<Health>
  /** Reads the gauges of one machine. Absent where the platform's own metrics tell (on AWS). */
  gauges?: (() => Promise<Gauges>) | undefined
}

/** Gauges are the figures of one machine that change by themselves, for `/metrics`. */
export interface Gauges {
  /** The disk that has the data folder. */
  disk: { freeBytes: number; sizeBytes: number }
  /** How far each consumer of the change feed is behind. */
  consumers: { consumer: string; records: number; ageMs: number }[]
  deliveries: Record<'waiting' | 'inFlight' | 'parked' | 'dead', number>
  /** The number is of all tenants. */
  quarantineItems: number
}

/**
 * Archive trouble is what delays stored events on their way to the lake; events are still taken.
 */
export interface ArchiveTrouble {
  /** Says why the archive does not get on at the moment; it tries again by itself. */
  waitingFor?: string | undefined
  /** Counts the files beside the lake, whose records its engine does not take. */
  setAside: number
}

/** A platform is everything the product stands on, in one process. */
export interface Platform extends ServingPlatform, AsyncDisposable {
  changes: ChangeFeed
  archive: Archive
  deliveries: DeliveryQueue & DeliveryLog
}
