import type { ChangeBatch } from './change-feed'

/**
 * Writes records to the lake: `events/<retention class>/<YYYY-MM-DD>/<HH>/….parquet`, columns from
 * `event/columns.ts`. Day and hour are of `receivedAt` on one machine; on AWS, of when the archive
 * was given the records, which is later.
 */
export interface Archive extends AsyncDisposable {
  /**
   * Resolves once the batch is durable, in the lake or with the service that writes it there within
   * minutes. A file appears whole or not at all. A repeat adds nothing on one machine, where files are
   * named after the batch and which of its records they hold; on AWS its records may be there twice, and whoever reads the lake
   * goes by `(tenant_id, event_id)`.
   * @throws {StorageError}
   */
  write(batch: ChangeBatch): Promise<void>
}
