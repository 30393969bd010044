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
  /** Lists what is loaded, with how it fares. @throws {StorageError} */
  catalogue(): Promise<Catalogue>
  /** Lists what is loaded. @throws {StorageError} */
  loaded(): Promise<readonly LoadedReducer[]>
  /**
   * Adds events to builds that are not shown, in the order given, and switches their reducers on again where
   * they were off. It may be asked again with the same events: they are told by `at`, their places in the feed, else
   * by their ids, of which the latest 1,000 of each state are remembered.
   * @throws {StorageError} some states may be written; the same call does the rest
   * @returns for each build
   * @throws {Error} when a version is not loaded
   */
  apply(
    tenantId: string,
    builds: readonly (Pick<Build, 'version' | 'build'> & { name: string })[],
    events: readonly { record: EventRecord; at?: number | undefined }[],
  ): Promise<Applied[]>
  /**
   * Writes what is in memory of a tenant, or of some learners of it: whoever reads states then has what was
   * handled.
   * @throws {StorageError}
   */
  settle(tenantId: string, learners?: readonly string[]): Promise<void>
  /** Notes that a tenant wants its events reduced from now on (`kept/wanted.ts`). */
  wanted(): void
  /** Runs while the consumer stands still between two batches, e.g. to show another build. */
  pause<Result>(work: () => Promise<Result>): Promise<Result>
}
