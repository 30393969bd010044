import type { ColumnType } from '../../../event/columns'
import { eventsView, viewColumns } from '../../shared/events-view'
import { type GlueColumn, glueTypes } from './glue-table'

/** How each column type is called in Trino, and so in Athena. */
const trinoTypes: Record<ColumnType, string> = {
  string: 'varchar',
  strings: 'array(varchar)',
  double: 'double',
  bigint: 'bigint',
  boolean: 'boolean',
  timestamp: 'timestamp',
}

/** A view of the Glue catalogue (table type `VIRTUAL_VIEW`) as plain data. */
export interface GlueView {
  name: string
  columns: Omit<GlueColumn, 'comment'>[]
  parameters: Record<string, string>
  originalText: string
  expandedText: string
  /** Of nothing, since a view has no files; but Athena refuses to read a view without one. */
  serde: string
}

/**
 * The view `events`, in the form in which Athena keeps what `CREATE VIEW` made: a comment that holds
 * the definition as base64 JSON (Trino's `ConnectorViewDefinition`). So no query has to be run to
 * deploy it.
 */
export function glueView({ database }: { database: string }): GlueView {
  const definition = {
    originalSql: eventsView,
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
