import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { retentionClasses } from '../../../src/event/record'
import { createGauges, createMetrics } from '../../../src/telemetry/metrics'
import { graphOf, named, ofType } from '../../support/graph/graphs'
import { read } from '../../support/repository'

setDefaultTimeout(240_000) // a synthesis takes 15 s on two idle cores

const runbook = read('docs/aws.md')

const graph = graphOf('production')
const alarms = ofType(graph, 'MetricAlarm')
const streams = ofType(graph, 'FirehoseDeliveryStream').map(({ inputs }) => inputs.name as string)
const ofClass = (name: string) =>
  retentionClasses.map((one) => `${name}${one[0]!.toUpperCase()}${one.slice(1)}`)

const awaited = ['Api', 'Administer', 'Realtime', 'Stream']
const functions = ofType(graph, 'Function').map(({ name }) => name.replace(/Function$/, ''))
const tables = ['Events', 'Registry', 'Quarantine', 'Documents', 'Statements', 'Deliveries', 'Live']

type Expected = [name: string, metric: string, beyond: number, isBelow?: 'below']

/** The alarms that there must be: of which metric, beyond what. */
const expected: Expected[] = [
  ['RejectionRate', 'Rejected', 5],
  ['StoreFailures', 'StoreFailures', 1],
  ['IngestP95', 'IngestMs', 100],
  ...functions.map(
    (name): Expected => [`FunctionErrors${name}`, 'Errors', awaited.includes(name) ? 1 : 0],
  ),
  ...functions.map(
    (name): Expected => [`FunctionThrottles${name}`, 'Throttles', awaited.includes(name) ? 10 : 0],
  ),
  ['ServerErrorsApi', 'Url5xxCount', 1],
  ['ServerErrorsStream', 'Url5xxCount', 1],
  ['ServerErrorsConnections', 'ExecutionError', 1],
  ['EraseStill', 'Invocations', 1, 'below'],
  ['FeedAge', 'IteratorAge', 300],
  ['FeedStill', 'FeedProbeSeconds', 600],
  ['DestinationFeed', 'DestinationDeliveryFailures', 0],
  ['LiveAge', 'IteratorAge', 60],
  ['LiveStill', 'LiveProbeSeconds', 600],
  ['DestinationLive', 'DestinationDeliveryFailures', 0],
  ...ofClass('ArchiveFreshness').map((name): Expected => [name, 'DeliveryToS3.DataFreshness', 900]),
  ...ofClass('ArchiveConversion').map((name): Expected => [name, 'FailedConversion.Records', 0]),
  ...ofClass('ArchiveDelivery').map(
    (name): Expected => [name, 'DeliveryToS3.Success', 99, 'below'],
  ),
  ...ofClass('ArchiveThrottled').map((name): Expected => [name, 'ThrottledRecords', 0]),
  ...tables.map((name): Expected => [`TableThrottles${name}`, 'WriteThrottleEvents', 50]),
  ['DeadLetters', 'ApproximateNumberOfMessagesVisible', 0],
  ['DrainLetters', 'ApproximateNumberOfMessagesVisible', 0],
  ['SettleBehind', 'SettleBehindDays', 2],
  ['PutAsideAge', 'PutAsideSeconds', 3600],
  ['PutAsideCount', 'PutAsideCount', 10_000],
  ['Bill', 'EstimatedCharges', 1000],
]

// What reports these is called at a steady rate: no word is a bad sign.
const heardAlways = ['FeedStill', 'LiveStill', 'EraseStill', 'SettleBehind', 'PutAsideAge']

interface Query {
  id: string
  expression?: string
  returnData: boolean
  metric?: {
    namespace: string
    metricName: string
    stat: string
    period: number
    dimensions: Record<string, string>
  }
}

const metricsOf = (queries: Query[]) => queries.flatMap(({ metric }) => (metric ? [metric] : []))

describe('the alarms', () => {
  it('are these and no others', () => {
    const names = expected.map(([name]) => `${name}Alarm`)
    expect(alarms.map(({ name }) => name).sort()).toEqual(names.sort())
  })

  for (const [name, metric, threshold, isBelow] of expected) {
    const { inputs } = named(graph, 'MetricAlarm', `${name}Alarm`)
    const queries = inputs.metricQueries as Query[]

    it(`${name} looks at ${metric}, beyond ${threshold}`, () => {
      expect(metricsOf(queries).map(({ metricName }) => metricName)).toContain(metric)
      const comparisonOperator = isBelow ? 'LessThanThreshold' : 'GreaterThanThreshold'
      expect(inputs).toMatchObject({ comparisonOperator, threshold })
    })

    it(`${name} computes one value from what it asks for, and tells somebody`, () => {
      const asked = queries.filter(({ metric }) => metric).map(({ id }) => id)
      const [value, ...others] = queries.filter(({ returnData }) => returnData)
      const used: string[] = value!.expression!.match(/\b[a-z]\w*\b/g) ?? []
      expect(others).toEqual([])
      expect([...new Set(used)].sort()).toEqual(asked.sort())
      expect(inputs.alarmActions).toEqual([ofType(graph, 'Topic')[0]!.outputs.arn])
      // Senders are quiet at night.
      const isHeard = heardAlways.includes(name)
      expect(inputs.treatMissingData).toBe(isHeard ? 'breaching' : 'notBreaching')
      // Missing points are filled with such as would raise it: CloudWatch evaluates older ones otherwise.
      const [, filled] = /^FILL\(\w+, (\d+)\)$/.exec(value!.expression!) ?? []
      expect(filled !== undefined).toBe(isHeard)
      if (isHeard) expect(isBelow ? threshold > +filled! : +filled! > threshold).toBe(true)
      const [, section] = /See docs\/aws\.md, (\w+)\.$/.exec(inputs.alarmDescription)!
      expect(name).toStartWith(section!)
      expect(runbook).toContain(`\n### ${section}\n`)
    })
  }

  it('ask what CloudWatch computes: a few metrics of one period, for a day at most', () => {
    for (const { inputs } of alarms) {
      const metrics = metricsOf(inputs.metricQueries)
      // PutMetricAlarm: ten metrics in an expression, and a day of periods.
      expect(metrics.length).toBeLessThanOrEqual(10)
      const [period, ...others] = new Set(metrics.map((one) => one.period))
      expect(others).toEqual([])
      expect(period! * inputs.evaluationPeriods).toBeLessThanOrEqual(24 * 60 * 60)
    }
  })

  it('look at metrics in the name and dimension under which the functions report', () => {
    const lines: string[] = []
    const measure = { received: 1, rejected: 0, storeFailures: 0, ingestMs: 1 } as const
    createMetrics({ stage: 'production' }, (line) => lines.push(line)).ingest(measure)
    const gauges = createGauges({ stage: 'production' }, (line) => lines.push(line))
    gauges.report('SettleBehindDays', 1)
    gauges.report('PutAsideSeconds', 1)
    gauges.report('PutAsideCount', 1)
    gauges.report('FeedProbeSeconds', 1)
    gauges.report('LiveProbeSeconds', 1)
    const reported = lines.map((line) => JSON.parse(line))
    const directives = reported.flatMap(({ _aws }) => _aws.CloudWatchMetrics)
    const [directive] = directives
    const names = directives.flatMap(({ Metrics }) =>
      Metrics.map((one: { Name: string }) => one.Name),
    )
    const ours = alarms
      .flatMap(({ inputs }) => metricsOf(inputs.metricQueries))
      .filter(({ namespace }) => namespace === directive.Namespace)
    expect(ours.length).toBeGreaterThanOrEqual(6)
    for (const { metricName, dimensions } of ours) {
      expect(names).toContain(metricName)
      expect(Object.keys(dimensions)).toEqual(directive.Dimensions[0])
      expect(dimensions).toEqual({ Stage: reported[0].Stage })
    }
  })

  it('look at all functions, tables and streams that are there, and at nothing else', () => {
    const values = alarms
      .flatMap(({ inputs }) => metricsOf(inputs.metricQueries))
      .filter(({ namespace }) => namespace.startsWith('AWS/') && namespace !== 'AWS/Billing')
      .flatMap(({ dimensions }) => Object.values(dimensions))
    const names = (type: string) => ofType(graph, type).map(({ inputs }) => inputs.name as string)
    const there = [
      ...names('Function'),
      ...names('Table'),
      ...ofType(graph, 'Table').flatMap(({ inputs }) =>
        (inputs.globalSecondaryIndexes ?? []).map((one: { name: string }) => one.name),
      ),
      named(graph, 'Queue', 'DeadLettersQueue').inputs.name,
      named(graph, 'Queue', 'DrainLettersQueue').inputs.name,
      named(graph, 'Api', 'ConnectionsApi').outputs.id,
      ...streams,
    ]
    expect([...new Set(values)].sort()).toEqual(there.sort())
  })

  it('take tables that report nothing for tables that refuse nothing', () => {
    // "Alarms that evaluate metrics in the AWS/DynamoDB namespace always ignore missing data" (PutMetricAlarm).
    for (const name of tables) {
      const { inputs } = named(graph, 'MetricAlarm', `TableThrottles${name}Alarm`)
      const queries = inputs.metricQueries as Query[]
      const asked = queries.filter(({ metric }) => metric).map(({ id }) => `FILL(${id}, 0)`)
      expect(queries.find(({ returnData }) => returnData)!.expression).toBe(asked.join(' + '))
    }
  })

  it('look at the function that each is about', () => {
    for (const [name, door] of [
      ...functions.map((name) => [`FunctionErrors${name}`, name]),
      ...functions.map((name) => [`FunctionThrottles${name}`, name]),
      ['ServerErrorsApi', 'Api'],
      ['ServerErrorsStream', 'Stream'],
      ['EraseStill', 'Erase'],
      ['FeedAge', 'Changes'],
      ['DestinationFeed', 'Changes'],
      ['LiveAge', 'Follow'],
      ['DestinationLive', 'Follow'],
    ]) {
      const [metric] = metricsOf(named(graph, 'MetricAlarm', `${name}Alarm`).inputs.metricQueries)
      const { name: FunctionName } = named(graph, 'Function', `${door}Function`).inputs
      expect(metric!.dimensions).toEqual({ FunctionName })
    }
  })

  it('stand on a dashboard, each with its graph', () => {
    const { widgets } = JSON.parse(ofType(graph, 'Dashboard')[0]!.inputs.dashboardBody)
    const arns = alarms.map(({ outputs }) => outputs.arn)
    expect(widgets[0].properties.alarms.sort()).toEqual(arns.sort())
    const titles = widgets.map((one: { properties: { title: string } }) => one.properties.title)
    const sections = alarms.map(
      ({ inputs }) => /See docs\/aws\.md, (\w+)\.$/.exec(inputs.alarmDescription)![1],
    )
    expect(titles.sort()).toEqual(['Alarms', 'Events', ...new Set(sections)].sort())
    // "An alarm widget can have up to 100 alarms" (Dashboard body structure).
    expect(arns.length).toBeLessThanOrEqual(100)
  })

  it('look at CloudFront where it is the door', () => {
    const door = graphOf('ci', { NONIUS_DOOR: 'cloudfront' })
    const { inputs } = named(door, 'MetricAlarm', 'ServerErrorsCloudFrontAlarm')
    const { outputs } = named(door, 'Distribution', 'DoorDistribution')
    for (const { namespace, dimensions } of metricsOf(inputs.metricQueries)) {
      expect(namespace).toBe('AWS/CloudFront')
      expect(dimensions).toEqual({ DistributionId: outputs.id, Region: 'Global' } as never)
    }
  })

  describe('of another region, with an address', () => {
    const elsewhere = graphOf('ci', {
      ...{ NONIUS_ALARM_EMAIL: 'on-call@example.edu', NONIUS_ALARM_BATCH_SIZE: '1' },
      AWS_REGION: 'eu-central-1',
    })

    it('go to it, those about the bill too, which are where bills are', () => {
      const subscriptions = ofType(elsewhere, 'TopicSubscription')
      const topics = ofType(elsewhere, 'Topic').map(({ outputs }) => outputs.arn)
      expect(topics).toHaveLength(2)
      expect(subscriptions.map(({ inputs }) => inputs.topic).sort()).toEqual(topics.sort())
      for (const { inputs } of subscriptions) {
        expect(inputs).toMatchObject({ protocol: 'email', endpoint: 'on-call@example.edu' })
      }
      const provider = elsewhere.resources.find(({ type }) => type === 'pulumi:providers:aws')
      expect(provider!.inputs.region).toBe('us-east-1')
      const bill = named(elsewhere, 'MetricAlarm', 'BillAlarm')
      expect(bill.inputs.alarmActions).toEqual([
        named(elsewhere, 'Topic', 'GlobalAlarms').outputs.arn,
      ])
    })

    it('say how many events a request brings where that was asked for', () => {
      const { inputs } = named(elsewhere, 'MetricAlarm', 'BatchSizeAlarm')
      expect(inputs).toMatchObject({ comparisonOperator: 'LessThanThreshold', threshold: 2 })
      expect(runbook).toContain('\n### BatchSize\n')
    })
  })
})
