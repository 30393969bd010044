import type { ChangeBatch } from './change-feed'

/**
 * Writes records to the lake: `events/<retention class>/<YYYY-MM-DD>/<HH>/….parquet` by `receivedAt`,
 * columns from `event/columns.ts`, ZSTD.
 */
export interface Archive extends AsyncDisposable {
  /**
   * Resolves once the batch is durable in the lake. A file appears whole or not at all. The same
   * batch again replaces its own files, so a repeat adds nothing.
   * @throws {StorageError}
   */
  write(batch: ChangeBatch): Promise<void>
}
