import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emulated } from './start'

/** The catalogue has the name that Athena gives its own. */
export const CATALOG = 'awsdatacatalog'

/** Athena finds tables of Iceberg in the same catalogue; Trino is sent on to this one. */
export const ICEBERG = 'iceberg'

/**
 * Writes Trino's configuration.
 * @param data a folder of its own
 * @param options.plugins the folder of its connectors
 * @param options.aws the endpoint of Glue and S3
 * @returns the path of `config.properties`
 */
export function configureTrino(
  data: string,
  options: { plugins: string; port: number; aws: string; iceberg: boolean },
): string {
  const { plugins, port, aws, iceberg } = options
  const catalogs = join(data, 'catalog')
  const config = join(data, 'config.properties')
  const { region, credentials } = emulated
  mkdirSync(catalogs)
  writeFileSync(
    config,
    properties({
      coordinator: 'true',
      'node-scheduler.include-coordinator': 'true',
      'http-server.http.port': String(port),
      'discovery.uri': `http://127.0.0.1:${port}`,
      'catalog.config-dir': catalogs,
      'plugin.dir': plugins,
    }),
  )
  const glue = {
    'hive.metastore.glue.endpoint-url': aws,
    'hive.metastore.glue.region': region,
    'hive.metastore.glue.aws-access-key': credentials.accessKeyId,
    'hive.metastore.glue.aws-secret-key': credentials.secretAccessKey,
  }
  const s3 = {
    'fs.native-s3.enabled': 'true',
    's3.endpoint': aws,
    's3.region': region,
    's3.path-style-access': 'true',
    's3.aws-access-key': credentials.accessKeyId,
    's3.aws-secret-key': credentials.secretAccessKey,
  }
  writeFileSync(
    join(catalogs, `${CATALOG}.properties`),
    properties({
      'connector.name': 'hive',
      'hive.metastore': 'glue',
      ...glue,
      // Athena does this by itself: it reads projected partitions, and everything below their
      // folders.
      'hive.partition-projection-enabled': 'true',
      'hive.recursive-directories': 'true',
      ...(iceberg && { 'hive.iceberg-catalog-name': ICEBERG }),
      ...s3,
    }),
  )
  if (!iceberg) return config
  writeFileSync(
    join(catalogs, `${ICEBERG}.properties`),
    properties({
      'connector.name': 'iceberg',
      'iceberg.catalog.type': 'glue',
      // Replaced files go at once when a test says so; Athena has a property of the table for it.
      'iceberg.expire-snapshots.min-retention': '0s',
      'iceberg.remove-orphan-files.min-retention': '0s',
      ...glue,
      ...s3,
    }),
  )
  return config
}

function properties(entries: Record<string, string>): string {
  return Object.entries(entries)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
