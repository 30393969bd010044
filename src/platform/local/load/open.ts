import { lakeFolder } from '../lake'
import { createDuck } from '../parquet/duck'
import { openSpillFolder } from '../spill-folder'
import { openDuckdbTarget } from './duckdb-target'
import { type Loaded, type LoadNeeds, load } from './load'
import { openPostgresTarget, type PostgresPlace } from './postgres-target'

/** A load goes to a file of DuckDB, or to a database of PostgreSQL. */
export type TargetPlace =
  | { kind: 'duckdb'; file: string; schema: string }
  | ({ kind: 'postgres' } & PostgresPlace)

// A load works for long beside a server: ingest needs the other cores and the memory. What does not fit
// goes to the spill folder.
const LIMITS = { threads: 1, memoryLimit: '384MB' }

/**
 * Opens lake and target, loads, and closes both: between two loads, others can open a file of DuckDB.
 * @throws {StorageError} as `load`, and what opening a target throws
 */
export async function loadOnce(
  place: TargetPlace,
  needs: Omit<LoadNeeds, 'folder' | 'target' | 'count'> & { dataDir: string },
): Promise<Loaded> {
  const { dataDir, tenantId, isDryRun, signal } = needs
  using spill = openSpillFolder()
  await using duck = createDuck({ ...LIMITS, spillTo: spill.path })
  const connection = await duck.connect()
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt)
  try {
    const common = { connection, tenantId, isDryRun }
    await using target =
      place.kind === 'duckdb'
        ? await openDuckdbTarget({ ...place, ...common })
        : await openPostgresTarget({ ...place, ...common })
    async function count(sql: string) {
      const [row] = (await connection.runAndReadAll(sql)).getRowsJson()
      return Number(row?.[0] ?? 0)
    }
    return await load({ ...needs, folder: lakeFolder(dataDir), target, count })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', interrupt)
    connection.closeSync()
  }
}
