import type { ColumnType } from '../../../event/columns'
import { eventsView, viewColumns } from '../../shared/events-view'
import { type GlueColumn, glueTypes } from './glue-table'

/** Trino, and so Athena, calls each column type so. */
const trinoTypes: Record<ColumnType, string> = {
  string: 'varchar',
  strings: 'array(varchar)',
  double: 'double',
  bigint: 'bigint',
  boolean: 'boolean',
  timestamp: 'timestamp',
}

/** A view of the Glue catalogue (table type `VIRTUAL_VIEW`) is plain data. */
export interface GlueView {
  name: string
  columns: Omit<GlueColumn, 'comment'>[]
  parameters: Record<string, string>
  originalText: string
  expandedText: string
  /**
   * The view needs no serde, since it has no files; but Athena refuses to read a view without one.
   */
  serde: string
}

/**
 * Makes the view `events`, in the form in which Athena stores what `CREATE VIEW` made: a comment
 * that holds the definition as base64 JSON (Trino's `ConnectorViewDefinition`). So no query has to
 * be run to deploy it.
 */
export function glueView({
  database,
  sql = eventsView,
}: {
  database: string
  /** The view as it is once a day was settled; until then, all is read as it landed. */
  sql?: string | undefined
}): GlueView {
  const definition = {
    originalSql: sql,
    catalog: 'awsdatacatalog',
    schema: database,
    columns: viewColumns.map(({ name, type }) => ({ name, type: trinoTypes[type] })),
    // Trino has had these two since; a reader that insists on them refuses a view without.
    runAsInvoker: false,
    path: [],
  }
  const encoded = Buffer.from(JSON.stringify(definition)).toString('base64')
  return {
    name: 'events',
    columns: viewColumns.map(({ name, type }) => ({ name, type: glueTypes[type] })),
    parameters: { presto_view: 'true', comment: 'Presto View' },
    originalText: `/* Presto View: ${encoded} */`,
    expandedText: '/* Presto View */',
    serde: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
  }
}
