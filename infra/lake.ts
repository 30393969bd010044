import { glueTable } from '../src/platform/aws/lake/glue-table'
import { glueView } from '../src/platform/aws/lake/glue-view'
import { keptUnlessEmpty } from './blobs'
import { WARM_DAYS, yearsKept } from './retention'

/** Parquet, one folder a retention class, so that each expires on its own day. */
export const lake = new sst.aws.Bucket('Lake', {
  cors: false,
  lifecycle: [
    ...Object.entries(yearsKept).map(([name, count]) => ({
      id: `expire-${name}`,
      prefix: `events/${name}/`,
      expiresIn: `${count * 365} days` as const,
    })),
    // What could not be converted, as JSON with its reason: looked at within a quarter, or never.
    { id: 'expire-errors', prefix: 'errors/', expiresIn: '90 days' },
  ],
  transform: {
    bucket: keptUnlessEmpty,
    lifecycle(lifecycle) {
      lifecycle.rules = $util.output(lifecycle.rules).apply((rules = []) => rules.map(cooled))
      return undefined
    },
  },
})

/** What is kept for years is moved to where keeping is cheap, and is asked as before. */
function cooled<Rule extends { filter?: { prefix?: string } }>(rule: Rule) {
  if (!rule.filter?.prefix?.startsWith('events/')) return rule
  return { ...rule, transitions: [{ days: WARM_DAYS, storageClass: 'GLACIER_IR' }] }
}

// Glue takes no hyphens that Athena would not have to quote.
const databaseName = `${$app.name}_${$app.stage}`.replaceAll('-', '_')

export const database = new aws.glue.CatalogDatabase('LakeDatabase', { name: databaseName })

/** `archive`: what Firehose writes. Partitions are projected, so nothing crawls. */
export const archiveTable = lake.name.apply((bucket) => {
  const { name, columns, partitionKeys, parameters, location, format } = glueTable({ bucket })
  return new aws.glue.CatalogTable('ArchiveTable', {
    databaseName: database.name,
    name,
    tableType: 'EXTERNAL_TABLE',
    parameters,
    partitionKeys,
    storageDescriptor: {
      location,
      columns,
      inputFormat: format.input,
      outputFormat: format.output,
      serDeInfo: { serializationLibrary: format.serde },
    },
  })
})

const view = glueView({ database: databaseName })

/** `events`: what people ask, each event once. */
export const eventsView = new aws.glue.CatalogTable('EventsView', {
  databaseName: database.name,
  name: view.name,
  tableType: 'VIRTUAL_VIEW',
  parameters: view.parameters,
  viewOriginalText: view.originalText,
  viewExpandedText: view.expandedText,
  storageDescriptor: {
    columns: view.columns,
    // Without it: "HIVE_METASTORE_ERROR: Table storage descriptor is missing SerDe info". One without a
    // field would not be sent (hashicorp/terraform-provider-aws#28517).
    serDeInfo: { serializationLibrary: view.serde },
  },
})
