import { type ColumnType, columns } from '../../../event/columns'
import { type RetentionClass, retentionClasses } from '../../../event/record'
import { folderOf, IN_PATH } from '../../shared/lake-layout'

/** Glue calls each column type of the lake so. */
export const glueTypes: Record<ColumnType, string> = {
  string: 'string',
  strings: 'array<string>',
  double: 'double',
  bigint: 'bigint',
  boolean: 'boolean',
  timestamp: 'timestamp',
}

export interface GlueColumn {
  name: string
  type: string
  comment: string
}

/** A Glue table is plain data: infra and the tests both make it from this. */
export interface GlueTable {
  name: string
  columns: GlueColumn[]
  partitionKeys: GlueColumn[]
  parameters: Record<string, string>
  location: string
  /** Firehose writes the table and Athena reads it in this format. */
  format: { input: string; output: string; serde: string }
}

// No lake is older than the product. Athena looks into every projected partition that a query does
// not rule out, so the range begins no earlier than it must. (NOW is UTC, as the path is.)
const FIRST_DAY = '2026-01-01'

/**
 * Describes everything archived, as it lies there: the view `events` (`events-view.ts`) is what
 * people ask. Partitions are projected: nothing has to crawl or repair. Hours are folders below a
 * partition and no partitions (decisions/0052).
 */
export function glueTable({ bucket }: { bucket: string }): GlueTable {
  const location = `s3://${bucket}/events/`
  return {
    name: 'archive',
    columns: columns
      // A table cannot have a column and a partition key of one name (Hive).
      .filter(({ name }) => name !== IN_PATH)
      .map(({ name, type, comment }) => ({ name, type: glueTypes[type], comment })),
    partitionKeys: [
      { name: IN_PATH, type: 'string', comment: 'decides how long the lake keeps it' },
      { name: 'day', type: 'string', comment: 'of arrival in the lake, UTC, e.g. 2026-11-21' },
    ],
    parameters: {
      EXTERNAL: 'TRUE',
      classification: 'parquet',
      'projection.enabled': 'true',
      [`projection.${IN_PATH}.type`]: 'enum',
      [`projection.${IN_PATH}.values`]: retentionClasses.join(','),
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy-MM-dd',
      'projection.day.range': `${FIRST_DAY},NOW`,
      'projection.day.interval': '1',
      'projection.day.interval.unit': 'DAYS',
      'storage.location.template': `${location}${IN_PATH}=\${${IN_PATH}}/day=\${day}/`,
    },
    location,
    format: {
      input: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
      output: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
      serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    },
  }
}

/** Says where Firehose puts the objects of a class: `timestamp` is their arrival there, UTC. */
export function firehosePrefix(retentionClass: RetentionClass): string {
  return `events/${folderOf([retentionClass, '!{timestamp:yyyy-MM-dd}', '!{timestamp:HH}'])}/`
}
