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

/** The alarms that there must be: of which metric, beyond what. */
const expected: [name: string, metric: string, comparison: string, threshold: number][] = [
  ['RejectionRate', 'Rejected', 'GreaterThanThreshold', 5],
  ['StoreFailures', 'StoreFailures', 'GreaterThanThreshold', 1],
  ['IngestP95', 'IngestMs', 'GreaterThanThreshold', 100],
  ['BatchSize', 'BatchSize', 'LessThanThreshold', 2],
  ['FeedAge', 'IteratorAge', 'GreaterThanThreshold', 300],
  ['LiveAge', 'IteratorAge', 'GreaterThanThreshold', 60],
  ['DeadLetters', 'ApproximateNumberOfMessagesVisible', 'GreaterThanThreshold', 0],
  ['SettleBehind', 'SettleBehindDays', 'GreaterThanThreshold', 2],
  ['PutAsideAge', 'PutAsideSeconds', 'GreaterThanThreshold', 3600],
  ...ofClass('ArchiveFreshness').map(
    (name) => [name, 'DeliveryToS3.DataFreshness', 'GreaterThanThreshold', 900] as never,
  ),
  ...ofClass('ArchiveConversion').map(
    (name) => [name, 'FailedConversion.Records', 'GreaterThanThreshold', 0] as never,
  ),
]

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

  for (const [name, metric, comparison, threshold] of expected) {
    const { inputs } = named(graph, 'MetricAlarm', `${name}Alarm`)
    const queries = inputs.metricQueries as Query[]

    it(`${name} looks at ${metric}, beyond ${threshold}`, () => {
      expect(metricsOf(queries).map(({ metricName }) => metricName)).toContain(metric)
      expect(inputs).toMatchObject({ comparisonOperator: comparison, threshold })
    })

    it(`${name} computes one value from what it asks for, and tells somebody`, () => {
      const asked = queries.filter(({ metric }) => metric).map(({ id }) => id)
      const [value, ...others] = queries.filter(({ returnData }) => returnData)
      const used: string[] = value!.expression!.match(/\b[a-z]\w*\b/g) ?? []
      expect(others).toEqual([])
      expect([...new Set(used)].sort()).toEqual(asked.sort())
      expect(inputs.alarmActions).toEqual([ofType(graph, 'Topic')[0]!.outputs.arn])
      // Senders are quiet at night; a job that is called every hour is not.
      const missing = name === 'SettleBehind' ? 'breaching' : 'notBreaching'
      expect(inputs.treatMissingData).toBe(missing)
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

  it('look at functions, queues and streams that are there', () => {
    const values = alarms
      .flatMap(({ inputs }) => metricsOf(inputs.metricQueries))
      .filter(({ namespace }) => namespace.startsWith('AWS/'))
      .flatMap(({ dimensions }) => Object.values(dimensions))
    const there = [
      named(graph, 'Function', 'ChangesFunction').inputs.name,
      named(graph, 'Function', 'FollowFunction').inputs.name,
      named(graph, 'Queue', 'DeadLettersQueue').inputs.name,
      ...streams,
    ]
    expect([...new Set(values)].sort()).toEqual(there.sort())
  })

  it('look at the function that each is about', () => {
    for (const [name, door] of [
      ['FeedAge', 'Changes'],
      ['LiveAge', 'Follow'],
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
    expect(titles).toEqual(expect.arrayContaining(expected.map(([name]) => name)))
  })

  it('go to an address when there is one', () => {
    const withAddress = graphOf('ci', { NONIUS_ALARM_EMAIL: 'on-call@example.edu' })
    expect(ofType(withAddress, 'TopicSubscription')[0]!.inputs).toMatchObject({
      protocol: 'email',
      endpoint: 'on-call@example.edu',
    })
  })
})
