import type { Alarm } from './alarms/alarm'
import { archive } from './alarms/archive'
import { feed } from './alarms/feed'
import { functions } from './alarms/functions'
import { ingest } from './alarms/ingest'
import { tables } from './alarms/tables'
import { waiting } from './alarms/waiting'
import { GLOBAL_REGION, worldwide } from './alarms/worldwide'
import { asQuery } from './metrics'
import { alarmEmail, deployedTo } from './settings'

const here = topicNamed('Alarms', `${$app.name}-${$app.stage}-alarms`)
const isGlobal = deployedTo === GLOBAL_REGION

export const alarms = [
  ...ingest,
  ...functions,
  ...feed,
  ...archive,
  ...tables,
  ...waiting,
  ...(isGlobal ? worldwide : []),
].map((alarm) => ({ ...alarm, resource: raise(alarm, `${$app.name}-${$app.stage}`, here) }))

// An alarm and its topic are where its metrics are. China and GovCloud have their bills elsewhere, and no CloudFront
// of ours.
if (!isGlobal && !/^(cn|us-gov|us-iso)/.test(deployedTo)) {
  const provider = new aws.Provider('GlobalRegion', { region: GLOBAL_REGION })
  // Stages of other regions may have alarms there, too.
  const prefix = `${$app.name}-${$app.stage}-${deployedTo}`
  const there = topicNamed('GlobalAlarms', `${prefix}-alarms`, { provider })
  for (const alarm of worldwide) raise(alarm, prefix, there, { provider })
}

/** Says who hears of alarms, for whoever deploys. */
export const heardBy = alarmEmail ?? 'nobody: set NONIUS_ALARM_EMAIL, and deploy again'

if (!alarmEmail) {
  $util.log.warn(
    'Nobody hears of alarms: set NONIUS_ALARM_EMAIL to an address, and deploy again. Until then they only show on the dashboard.',
  )
}

interface Where {
  provider?: aws.Provider
}

function topicNamed(id: string, name: string, where: Where = {}) {
  const topic = new aws.sns.Topic(id, { name }, where)
  if (alarmEmail) {
    new aws.sns.TopicSubscription(
      `${id}Email`,
      { topic: topic.arn, protocol: 'email', endpoint: alarmEmail },
      where,
    )
  }
  return topic
}

function raise(alarm: Alarm, prefix: string, topic: aws.sns.Topic, where: Where = {}) {
  const { name, section = name, description, metrics, expression } = alarm
  const { comparison, threshold, periods, isHeardAlways } = alarm
  return new aws.cloudwatch.MetricAlarm(
    `${name}Alarm`,
    {
      name: `${prefix}-${name}`,
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
    },
    where,
  )
}
