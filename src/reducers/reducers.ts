import type { EventRecord } from '../event/record'
import type { Consumer } from '../platform/change-feed'
import type { Build } from './kept/builds'
import type { Catalogue, LoadedReducer } from './loaded'

/** Counts what became of events that a build was given. */
export interface Applied {
  applied: number
  /** The reducer failed on these. */
  skipped: number
  /** They were in the states already. */
  repeated: number
}

/** Reduces events to states: from the feed, and from what was stored before. */
export interface Reducing extends AsyncDisposable {
  /** Follows the feed. */
  consumer: Consumer
  /** Lists what is loaded, with how it fares. */
  catalogue(): Promise<Catalogue>
  /**
   * Adds events to a build that is not shown, in the order given. It may be asked again with the same
   * events: they are told by `at`, their places in the feed, else by their ids, of which the latest 1,000
   * of each state are remembered.
   * @throws {StorageError} some states may be written; the same call does the rest
   */
  apply(
    tenantId: string,
    of: { name: string } & Build,
    events: readonly { record: EventRecord; at?: number | undefined }[],
  ): Promise<Applied>
  /** Runs while the consumer stands still between two batches, e.g. to show another build. */
  pause<T>(work: () => Promise<T>): Promise<T>
  /** Tells whether a loaded reducer wants an event. */
  wants(name: string, record: EventRecord): boolean
  /** Finds the newest version that is loaded. */
  newest(name: string): LoadedReducer | undefined
}
