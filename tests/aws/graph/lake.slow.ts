import { describe, expect, it } from 'bun:test'
import { columns } from '../../../src/event/columns'
import { retentionClasses } from '../../../src/event/record'
import { namedQueries } from '../../../src/query/sql'
import { byArn, counted, graphOf, named, ofType } from '../../support/graph/graphs'
import { mayDoWith } from '../../support/graph/policies'

const graph = graphOf('production')
const table = named(graph, 'CatalogTable', 'ArchiveTable').inputs
const bucket = named(graph, 'Bucket', 'LakeBucket')
const streams = ofType(graph, 'FirehoseDeliveryStream').map(({ inputs }) => inputs)

// How each type of a column must be called in Glue; written out, so that a change is a decision.
const glueTypes = {
  string: 'string',
  strings: 'array<string>',
  double: 'double',
  bigint: 'bigint',
  boolean: 'boolean',
  timestamp: 'timestamp',
}

describe('the table of the lake', () => {
  it('has the columns of columns.ts, in their order, the class being in the path', () => {
    const expected = columns
      .filter(({ name }) => name !== 'retention_class')
      .map(({ name, type }) => ({ name, type: glueTypes[type] }))
    const made = table.storageDescriptor.columns as { name: string; type: string }[]
    expect(made.map(({ name, type }) => ({ name, type }))).toEqual(expected)
  })

  it('has each partition key once, and no column of that name', () => {
    const keys = (table.partitionKeys as { name: string }[]).map(({ name }) => name)
    const names = (table.storageDescriptor.columns as { name: string }[]).map(({ name }) => name)
    expect(new Set([...keys, ...names]).size).toBe(keys.length + names.length)
    for (const key of keys) expect(table.parameters).toHaveProperty([`projection.${key}.type`])
  })

  it('projects exactly the classes that there are', () => {
    const values = table.parameters['projection.retention_class.values'].split(',')
    expect(values.sort()).toEqual([...retentionClasses].sort())
  })

  it('is left to IAM, also where Lake Formation decides about new tables', () => {
    const database = named(graph, 'CatalogDatabase', 'LakeDatabase').inputs
    expect(database.name).toBe(table.databaseName)
    expect(database.createTableDefaultPermissions).toEqual([
      {
        permissions: ['ALL'],
        principal: { dataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
      },
    ])
  })

  it('lies in the lake', () => {
    expect(table.storageDescriptor.location).toBe(`s3://${bucket.inputs.bucket}/events/`)
  })
})

/** The names of streams that functions are told. */
const linked = ({ resources }: typeof graph): Record<string, string[]> =>
  resources.find(({ name }) => name === 'NoniusLinkRef')!.inputs.properties.archiveStreams

describe('the archive', () => {
  it('has a stream for each retention class', () => {
    const names = retentionClasses.map((name) => `nonius-production-${name}`)
    expect(streams.map(({ name }) => name).sort()).toEqual(names.sort())
    expect(linked(graph)).toEqual(
      Object.fromEntries(retentionClasses.map((name) => [name, [`nonius-production-${name}`]])),
    )
  })

  it('has several of each where it is asked for, all alike, linked, allowed and looked after', () => {
    const several = graphOf('ci', counted)
    const made = ofType(several, 'FirehoseDeliveryStream')
    expect(made).toHaveLength(9 * retentionClasses.length)
    const suffixes = ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9']
    const role = named(several, 'Role', 'ChangesRole')
    const watched = ofType(several, 'MetricAlarm').map(({ name }) => name)
    for (const name of retentionClasses) {
      const own = linked(several)[name]!
      expect(own).toEqual(suffixes.map((nth) => `nonius-ci-${name}${nth}`))
      const [first, ...others] = own.map((one) => made.find(({ inputs }) => inputs.name === one)!)
      for (const { name: label, inputs, outputs } of [first!, ...others]) {
        expect({ ...inputs, name: '' }).toEqual({ ...first!.inputs, name: '' })
        expect(mayDoWith(role, 'firehose:PutRecordBatch', String(outputs.arn))).toBe(true)
        for (const kind of ['Freshness', 'Conversion', 'Delivery', 'Throttled']) {
          expect(watched).toContain(`${label.replace(/^Archive/, `Archive${kind}`)}Alarm`)
        }
      }
    }
    const { widgets } = JSON.parse(ofType(several, 'Dashboard')[0]!.inputs.dashboardBody)
    const shown = widgets.flatMap(({ type, properties }: (typeof widgets)[number]) =>
      type === 'alarm' ? [properties.alarms.length] : [],
    )
    expect(Math.max(...shown)).toBeLessThanOrEqual(100)
    expect(shown.reduce((sum: number, one: number) => sum + one, 0)).toBe(watched.length)
  })

  for (const { name, extendedS3Configuration: s3, serverSideEncryption } of streams) {
    const retentionClass = name.split('-').at(-1)

    it(`${name} writes where the table looks`, () => {
      const template = table.parameters['storage.location.template'] as string
      // A day's folder by the template, and what Firehose makes of its prefix on that day.
      const folder = template
        .replace(/\$\{retention_class\}/, retentionClass)
        .replace(/\$\{day\}/, '2026-11-21')
      const prefix = s3.prefix
        .replace('!{timestamp:yyyy-MM-dd}', '2026-11-21')
        .replace('!{timestamp:HH}', '09')
      expect(`s3://${bucket.inputs.bucket}/${prefix}`).toBe(`${folder}hour=09/`)
      expect(s3.bucketArn).toBe(bucket.outputs.arn)
    })

    it(`${name} converts to Parquet by the table, within Firehose's limits`, () => {
      const conversion = s3.dataFormatConversionConfiguration
      const { databaseName, tableName, roleArn } = conversion.schemaConfiguration
      expect({ databaseName, name: tableName }).toEqual({
        databaseName: table.databaseName,
        name: table.name,
      })
      expect(byArn(graph, 'Role', roleArn).name).toBe('ArchiveRole')
      expect(conversion.inputFormatConfiguration.deserializer).toHaveProperty('openXJsonSerDe')
      expect(conversion.outputFormatConfiguration.serializer).toHaveProperty('parquetSerDe')
      expect(s3.bufferingSize).toBeGreaterThanOrEqual(64)
      expect(s3.bufferingSize).toBeLessThanOrEqual(128)
      // Parquet compresses inside; Firehose refuses to do it a second time.
      expect(s3.compressionFormat ?? 'UNCOMPRESSED').toBe('UNCOMPRESSED')
    })

    it(`${name} puts what it cannot convert aside, apart from the lake, and says so`, () => {
      expect(s3.errorOutputPrefix).toContain('!{firehose:error-output-type}')
      expect(s3.errorOutputPrefix).toStartWith('errors/')
      expect(s3.cloudwatchLoggingOptions.enabled).toBe(true)
      expect(serverSideEncryption).toEqual({ enabled: true })
    })
  }
})

describe('what is kept', () => {
  const days = { standard: 7 * 365, sensitive: 3 * 365, pii: 365, system: 365 }
  const { rules } = named(graph, 'BucketLifecycleConfiguration', 'LakeLifecycle').inputs

  it('takes with it what was too large for the lake, by the same classes', () => {
    const { rules } = named(graph, 'BucketLifecycleConfiguration', 'BlobsLifecycle').inputs
    type Rule = { filter: { prefix: string }; expiration?: { days: number } }
    const kept = rules.flatMap(({ filter, expiration }: Rule) =>
      expiration ? [[filter.prefix, expiration.days]] : [],
    )
    const large = retentionClasses.map((name) => [`large/${name}/`, days[name]])
    // The hot store keeps its items for thirty days, and a week of grace; a document that ends, thirty.
    expect(kept).toEqual([
      ...large,
      ['bodies/', 37],
      ['statements/', 2562],
      ['quarantine/', 396],
      ['attachments/', 2562],
      ['access/', 38],
      ['exports/', 5],
      ['documents/expiring/', 31],
    ])
  })

  for (const retentionClass of retentionClasses) {
    it(`expires after ${days[retentionClass]} days when its class is ${retentionClass}`, () => {
      const own = rules.filter((rule: { filter: { prefix: string } }) =>
        `events/retention_class=${retentionClass}/day=2026-11-21/hour=09/x.parquet`.startsWith(
          rule.filter.prefix,
        ),
      )
      expect(own).toMatchObject([{ status: 'Enabled', expiration: { days: days[retentionClass] } }])
    })
  }

  it('moves only to where Athena reads it at once, and stays there as long as is billed anyhow', () => {
    for (const { filter, transitions = [], expiration } of rules) {
      const isKeptForYears = /^(events|settled|trees\/hours)\//.test(filter.prefix)
      expect(transitions).toMatchObject(isKeptForYears ? [{ storageClass: 'GLACIER_IR' }] : [])
      // S3 Glacier Instant Retrieval bills at least 90 days.
      if (/^(settled|trees)\//.test(filter.prefix)) {
        // A rule of S3 would take a file from under Iceberg, or an hour from under the chain of roots.
        expect(expiration).toBeUndefined()
        continue
      }
      for (const { days } of transitions) expect(expiration.days - days).toBeGreaterThanOrEqual(90)
    }
  })

  it('is closed to the public and to plain HTTP, in every bucket', () => {
    for (const { inputs } of ofType(graph, 'Bucket')) {
      const blocks = ofType(graph, 'BucketPublicAccessBlock').map((block) => block.inputs)
      const policies = ofType(graph, 'BucketPolicy').map((policy) => policy.inputs)
      expect(blocks.find((block) => block.bucket === inputs.bucket)).toMatchObject({
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      })
      const policy = policies.find((one) => one.bucket === inputs.bucket)!.policy
      expect(JSON.parse(policy).Statement).toMatchObject([
        { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ])
    }
  })
})

describe('settling', () => {
  const { configuration } = named(graph, 'Workgroup', 'Settling').inputs

  it('stops at five dollars, and leaves its answers where those of others expire', () => {
    expect(configuration.bytesScannedCutoffPerQuery).toBeLessThanOrEqual(1024 ** 4)
    expect(configuration.enforceWorkgroupConfiguration).toBe(true)
    const results = named(graph, 'Bucket', 'QueryResultsBucket').inputs.bucket
    const { outputLocation } = configuration.resultConfiguration
    expect(outputLocation).toBe(`s3://${results}/settling/`)
  })

  it('is called every hour, and is given what it changes by name', () => {
    const { timeout } = named(graph, 'Function', 'SettleFunction').inputs
    expect(timeout).toBe(900)
    const schedules = ofType(graph, 'Schedule').map(({ inputs }) => inputs.scheduleExpression)
    expect(schedules).toContain('rate(1 hour)')
    const link = graph.resources.find(({ name }) => name === 'NoniusLinkRef')!.inputs.properties
    expect(link).toMatchObject({
      lakeBucket: bucket.inputs.bucket,
      settlingWorkgroup: named(graph, 'Workgroup', 'Settling').inputs.name,
    })
  })

  it('owns the view: a deployment makes it once, and leaves what became of it', () => {
    expect(named(graph, 'CatalogTable', 'EventsView').ignoreChanges).toEqual(
      expect.arrayContaining(['viewOriginalText', 'viewExpandedText', 'storageDescriptor']),
    )
    expect(table).not.toHaveProperty('ignoreChanges')
  })
})

describe('questions over HTTP', () => {
  const { configuration } = named(graph, 'Workgroup', 'Questions').inputs

  it('stop at ten cents, and are answered apart from all others', () => {
    expect(configuration.bytesScannedCutoffPerQuery).toBeLessThanOrEqual(20 * 1024 ** 3)
    expect(configuration.enforceWorkgroupConfiguration).toBe(true)
    const results = named(graph, 'Bucket', 'QueryResultsBucket').inputs.bucket
    const { outputLocation } = configuration.resultConfiguration
    expect(outputLocation).toBe(`s3://${results}/questions/`)
  })
})

describe('questions to the lake', () => {
  const { configuration } = named(graph, 'Workgroup', 'Analysis').inputs

  it('stop at half a dollar, whatever a client asks for', () => {
    expect(configuration.bytesScannedCutoffPerQuery).toBeLessThanOrEqual(100 * 1024 ** 3)
    expect(configuration.enforceWorkgroupConfiguration).toBe(true)
  })

  it('are saved, each named query with its SQL to the letter, for the database of the lake', () => {
    const saved = ofType(graph, 'NamedQuery').map(({ inputs }) => inputs)
    expect(saved).toHaveLength(namedQueries.length)
    for (const { id, description, sql } of namedQueries) {
      expect(saved.find(({ name }) => name === id)).toMatchObject({
        description,
        query: sql,
        database: table.databaseName,
        workgroup: named(graph, 'Workgroup', 'Analysis').inputs.name,
      })
    }
    // Athena's limits of a description and of a text, in characters (API reference, CreateNamedQuery).
    expect(saved.filter(({ description }) => description.length > 1024)).toEqual([])
    expect(saved.filter(({ query }) => query.length > 262_144)).toEqual([])
  })

  it('find the view `events` as Athena keeps a view, over the table of the same database', () => {
    const view = named(graph, 'CatalogTable', 'EventsView').inputs
    const encoded = /^\/\* Presto View: (.+) \*\/$/.exec(view.viewOriginalText)![1]!
    const definition = JSON.parse(Buffer.from(encoded, 'base64').toString())
    expect(definition).toMatchObject({
      catalog: 'awsdatacatalog',
      schema: table.databaseName,
      originalSql: expect.stringContaining(`FROM ${table.name}\n`),
    })
    const names = (columns: { name: string }[]) => columns.map(({ name }) => name)
    expect(names(definition.columns)).toEqual(names(view.storageDescriptor.columns))
    expect(view).toMatchObject({ tableType: 'VIRTUAL_VIEW', parameters: { presto_view: 'true' } })
    // Athena refuses a view without one, and the provider does not send an empty one.
    expect(view.storageDescriptor.serDeInfo.serializationLibrary).toMatch(/SerDe$/)
  })

  it('leave encrypted answers, which expire', () => {
    const { encryptionConfiguration, outputLocation } = configuration.resultConfiguration
    const results = named(graph, 'Bucket', 'QueryResultsBucket').inputs.bucket
    expect(encryptionConfiguration).toEqual({ encryptionOption: 'SSE_S3' })
    expect(outputLocation).toBe(`s3://${results}/`)
    const { rules } = named(graph, 'BucketLifecycleConfiguration', 'QueryResultsLifecycle').inputs
    expect(rules).toMatchObject([
      { status: 'Enabled', expiration: { days: 30 } },
      { status: 'Enabled', expiration: { days: 1 }, filter: { prefix: 'questions/' } },
    ])
  })
})
