import type { ChangeBatch } from './change-feed'
import type { Erased, Erasure } from './erasure'

/**
 * Writes records to the lake: `events/retention_class=C/day=YYYY-MM-DD/hour=HH/….parquet`, columns
 * from `event/columns.ts` but for the class, which the path has. Day and hour are those of `receivedAt` on one machine; on AWS they are those
 * at which the archive was given the records, which is later.
 */
export interface Archive extends AsyncDisposable {
  /**
   * Resolves once the batch is durable, in the lake or with the service that writes it there within
   * minutes. A file appears whole or not at all. A repeat adds nothing on one machine, where files
   * are named after the batch and which of its records they hold; on AWS its records may be there
   * twice, and a reader of the lake goes by `(tenant_id, event_id)`.
   * @throws {StorageError}
   */
  write(batch: ChangeBatch): Promise<void>

  /**
   * Counts the files of the lake, up to ten: a lake of few gets its next soon. Absent where a service
   * decides when to write one.
   */
  files?(): number

  /**
   * Erases every record of these people (`EventStore.erase` says which those are) that the lake
   * holds, what a `write` in hand is about to add included. The caller calls it once the event
   * store has erased them: what is written from then on has none of them. Only files that hold one
   * of them are written anew, each beside the lake and moved to its place in one step: a reader has
   * the former or the new one. The others stay as they are, to the byte.
   *
   * It also searches the records that DuckDB refused and that are stored beside the lake. The error
   * names a file that cannot be read, after all others are done. The method is absent where files
   * cannot be written anew; then `cannotErase` says why.
   * @throws {StorageError} every file is as it was, or done; a call with the same ids does the rest
   */
  erase?(tenantId: string, erasure: ArchiveErasure): Promise<Erased>
  /** Says why there is no `erase`, in a sentence for the person who asked for one. */
  readonly cannotErase?: string
}

export interface ArchiveErasure extends Erasure {
  /** Is told the ids of events of a file before they go; after a failure perhaps again, and by a dry run. */
  leaving?(eventIds: readonly string[]): Promise<void>
}
