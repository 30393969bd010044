import { streams } from './archive'
import { changes } from './changes'
import { follow } from './follow'
import { asQuery, gauge, ingestMetric, type Metric } from './metrics'
import { deadLetters } from './queues'
import { alarmEmail } from './settings'

/** An alarm shows something that somebody should look at; docs/aws.md has a section for each. */
export interface Alarm {
  name: string
  /** Names the section of the runbook, where several alarms share one. */
  section?: string
  description: string
  metrics: Record<string, Metric>
  /** Computes the watched number from the metrics, by their names. */
  expression: string
  comparison: 'GreaterThanThreshold' | 'LessThanThreshold'
  threshold: number
  /** Says for how many periods of its metrics, five minutes mostly, it must last. */
  periods: number
  /** If true, no word is a bad sign: what reports it has stopped. */
  isHeardAlways?: true
}

const received = ingestMetric('Received', 'Sum')

const ingest: Alarm[] = [
  {
    name: 'RejectionRate',
    description: 'More than 5 % of what arrives goes to quarantine',
    metrics: { rejected: ingestMetric('Rejected', 'Sum'), received },
    // One broken item at night is no rate.
    expression: 'IF(received >= 100, 100 * rejected / received, 0)',
    comparison: 'GreaterThanThreshold',
    threshold: 5,
    periods: 3,
  },
  {
    name: 'StoreFailures',
    description:
      'More than 1 % of requests find the hot store unable to take them; they are spilled',
    metrics: { failures: ingestMetric('StoreFailures', 'Average') },
    expression: '100 * failures',
    comparison: 'GreaterThanThreshold',
    threshold: 1,
    periods: 1,
  },
  {
    name: 'IngestP95',
    description: 'One request in twenty takes longer than 100 ms',
    metrics: { p95: ingestMetric('IngestMs', 'p95') },
    expression: 'p95',
    comparison: 'GreaterThanThreshold',
    threshold: 100,
    periods: 3,
  },
  {
    name: 'BatchSize',
    description: 'Senders bring fewer than two events a request: what they cost is requests',
    metrics: { size: ingestMetric('BatchSize', 'Average'), received },
    // The few events that a school sends on a Sunday cost nothing either way.
    expression: 'IF(received >= 1000, size, 2)',
    comparison: 'LessThanThreshold',
    threshold: 2,
    periods: 12,
  },
]

const feed: Alarm = {
  name: 'FeedAge',
  description: 'What was stored five minutes ago has not reached the lake or webhooks',
  metrics: { age: iteratorAge(changes.name) },
  expression: 'age / 1000',
  comparison: 'GreaterThanThreshold',
  threshold: 300,
  periods: 2,
}

const liveFeed: Alarm = {
  name: 'LiveAge',
  description: 'What was stored a minute ago has not reached live readers',
  metrics: { age: iteratorAge(follow.name) },
  expression: 'age / 1000',
  comparison: 'GreaterThanThreshold',
  threshold: 60,
  periods: 2,
}

/** Says how old what a function is given of the stream is by then, in ms. */
function iteratorAge(FunctionName: $util.Input<string>): Metric {
  const dimensions = { FunctionName }
  return { namespace: 'AWS/Lambda', name: 'IteratorAge', stat: 'Maximum', dimensions }
}

const archive = Object.entries(streams).flatMap(([retentionClass, { name }]): Alarm[] => {
  const suffix = retentionClass[0]!.toUpperCase() + retentionClass.slice(1)
  const metric = (of: string, stat: Metric['stat']): Metric => ({
    namespace: 'AWS/Firehose',
    name: of,
    stat,
    dimensions: { DeliveryStreamName: name },
  })
  return [
    {
      name: `ArchiveFreshness${suffix}`,
      section: 'ArchiveFreshness',
      description: `What waits for the lake (${retentionClass}) has waited for 15 minutes`,
      metrics: { age: metric('DeliveryToS3.DataFreshness', 'Maximum') },
      expression: 'age',
      comparison: 'GreaterThanThreshold',
      threshold: 900, // three times the buffer
      periods: 2,
    },
    {
      name: `ArchiveConversion${suffix}`,
      section: 'ArchiveConversion',
      description: `Records (${retentionClass}) could not be written as Parquet: they are in errors/`,
      metrics: { failed: metric('FailedConversion.Records', 'Sum') },
      expression: 'failed',
      comparison: 'GreaterThanThreshold',
      threshold: 0,
      periods: 1,
    },
  ]
})

const letters: Alarm = {
  name: 'DeadLetters',
  description: 'A delivery could not be handled at all',
  metrics: {
    visible: {
      namespace: 'AWS/SQS',
      name: 'ApproximateNumberOfMessagesVisible',
      stat: 'Maximum',
      dimensions: { QueueName: deadLetters.nodes.queue.name },
    },
  },
  expression: 'visible',
  comparison: 'GreaterThanThreshold',
  threshold: 0,
  periods: 1,
}

const settling: Alarm = {
  name: 'SettleBehind',
  description: 'The lake has not been settled for two days, or nothing says that it was',
  // The function is called every hour.
  metrics: { days: gauge('SettleBehindDays', 6 * 60 * 60) },
  expression: 'days',
  comparison: 'GreaterThanThreshold',
  threshold: 2,
  periods: 1,
  isHeardAlways: true,
}

const putAside: Alarm = {
  name: 'PutAsideAge',
  description: 'A request or a batch that was put aside has waited for an hour',
  metrics: { age: gauge('PutAsideSeconds', 300) },
  expression: 'age',
  comparison: 'GreaterThanThreshold',
  threshold: 3600, // the sweep comes by every five minutes
  periods: 3,
}

const topic = new aws.sns.Topic('Alarms', { name: `${$app.name}-${$app.stage}-alarms` })

if (alarmEmail) {
  new aws.sns.TopicSubscription('AlarmEmail', {
    topic: topic.arn,
    protocol: 'email',
    endpoint: alarmEmail,
  })
}

export const alarms = [...ingest, feed, liveFeed, ...archive, letters, settling, putAside].map(
  (alarm) => ({
    ...alarm,
    resource: raise(alarm),
  }),
)

function raise(alarm: Alarm) {
  const { name, section = name, description, metrics, expression } = alarm
  const { comparison, threshold, periods, isHeardAlways } = alarm
  return new aws.cloudwatch.MetricAlarm(`${name}Alarm`, {
    name: `${$app.name}-${$app.stage}-${name}`,
    alarmDescription: `${description}. See docs/aws.md, ${section}.`,
    metricQueries: [
      ...Object.entries(metrics).map(([id, metric]) => asQuery(id, metric)),
      { id: 'value', expression, label: name, returnData: true },
    ],
    comparisonOperator: comparison,
    threshold,
    evaluationPeriods: periods,
    // Senders are quiet at night: that is no reason to wake anybody.
    treatMissingData: isHeardAlways ? 'breaching' : 'notBreaching',
    alarmActions: [topic.arn],
    okActions: [topic.arn],
  })
}
