import { glueTable } from '../src/platform/aws/lake/glue-table'
import { glueView } from '../src/platform/aws/lake/glue-view'
import { SETTLED, SETTLED_PREFIX } from '../src/platform/aws/settlement/texts'
import { IN_PATH } from '../src/platform/shared/lake-layout'
import { keptUnlessEmpty } from './blobs'
import { WARM_DAYS, yearsKept } from './retention'
import { accountId, isPermanentStage, partition, region, sameName } from './stage'

/** The lake holds Parquet, one folder a retention class, so that each expires on its own day. */
export const lake = new sst.aws.Bucket('Lake', {
  cors: false,
  // No rule removes what could not be converted (`errors/`): `drain` puts it back.
  lifecycle: [
    ...Object.entries(yearsKept).map(([name, count]) => ({
      id: `expire-${name}`,
      prefix: `events/${IN_PATH}=${name}/`,
      expiresIn: `${count * 365} days` as const,
    })),
  ],
  transform: {
    bucket: keptUnlessEmpty,
    lifecycle(lifecycle) {
      lifecycle.rules = $util
        .output(lifecycle.rules)
        .apply((rules = []) => [...rules.map(cooled), coolSettled])
      return undefined
    },
  },
})

// `settle` deletes rows of the settled lake by tenant, class and what a sender asks for: no rule of S3 could
// take a file from under Iceberg.
const coolSettled = {
  id: 'cool-settled',
  status: 'Enabled',
  filter: { prefix: `${SETTLED_PREFIX}data/` },
  transitions: [{ days: WARM_DAYS, storageClass: 'GLACIER_IR' }],
}

/** Moves what is stored for years to where storage is cheap; it is asked as before. */
function cooled<Rule extends { filter?: { prefix?: string } }>(rule: Rule) {
  if (!rule.filter?.prefix?.startsWith('events/')) return rule
  return { ...rule, transitions: [{ days: WARM_DAYS, storageClass: 'GLACIER_IR' }] }
}

// Glue takes no hyphens that Athena would not have to quote.
const databaseName = `${$app.name}_${$app.stage}`.replaceAll('-', '_')

/**
 * Where Lake Formation decides ("Changing the default settings for your data lake"), a table has no permissions
 * but those that it is created with: also those that `settle` has Athena create are left to IAM.
 */
export const database = new aws.glue.CatalogDatabase(
  'LakeDatabase',
  {
    name: databaseName,
    createTableDefaultPermissions: [
      {
        permissions: ['ALL'],
        principal: { dataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
      },
    ],
  },
  // The entry of the settled table, which no deployment makes, would go with it.
  { protect: isPermanentStage },
)

/** Firehose writes the table `archive`. Partitions are projected, so nothing crawls. */
export const archiveTable = lake.name.apply((bucket) => {
  const { name, columns, partitionKeys, parameters, location, format } = glueTable({ bucket })
  return new aws.glue.CatalogTable(
    'ArchiveTable',
    {
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
    },
    sameName,
  )
})

const view = glueView({ database: databaseName })

/**
 * People ask the view `events`, which has each event once. At first it has what landed; from the first night on
 * `settle` makes it anew, with each day that it has settled.
 */
export const eventsView = new aws.glue.CatalogTable(
  'EventsView',
  {
    databaseName: database.name,
    name: view.name,
    tableType: 'VIRTUAL_VIEW',
    parameters: view.parameters,
    viewOriginalText: view.originalText,
    viewExpandedText: view.expandedText,
    storageDescriptor: {
      columns: view.columns,
      // Athena needs it: without it, "HIVE_METASTORE_ERROR: Table storage descriptor is missing SerDe
      // info". One without a field would not be sent (hashicorp/terraform-provider-aws#28517).
      serDeInfo: { serializationLibrary: view.serde },
    },
  },
  {
    ...sameName,
    ignoreChanges: ['parameters', 'viewOriginalText', 'viewExpandedText', 'storageDescriptor'],
  },
)

/** Names the settled table, which `settle` makes and Iceberg describes: no provider may write its entry. */
export const settledTableArn = $interpolate`arn:${partition}:glue:${region}:${accountId}:table/${database.name}/${SETTLED}`
