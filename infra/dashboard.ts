import { alarms } from './alarms'
import { asLine, ingestMetric } from './metrics'
import { region } from './stage'

// CloudWatch's grid is 24 wide; two graphs stand side by side.
const WIDTH = 12
const HEIGHT = 6
// A widget shows so many alarms ("Dashboard body structure and syntax"); many streams have more together.
const ALARMS = 100
const ALARMS_HEIGHT = 3

// Alarms that share a section of the runbook share a graph.
const sections = Map.groupBy(alarms, ({ name, section = name }) => section)

const graphs = [
  { title: 'Events', metrics: [ingestMetric('Received', 'Sum'), ingestMetric('Rejected', 'Sum')] },
  ...[...sections].map(([title, some]) => ({
    title,
    metrics: some.flatMap(({ metrics }) => Object.values(metrics)),
  })),
]

const arns = alarms.map(({ resource }) => resource.arn)
const shown = Array.from({ length: Math.ceil(arns.length / ALARMS) }, (_, place) =>
  arns.slice(place * ALARMS, (place + 1) * ALARMS),
)

const widgets = [
  ...shown.map((some, place) => ({
    type: 'alarm',
    x: 0,
    y: place * ALARMS_HEIGHT,
    width: 2 * WIDTH,
    height: ALARMS_HEIGHT,
    properties: { title: 'Alarms', alarms: some },
  })),
  ...graphs.map(({ title, metrics }, place) => ({
    type: 'metric',
    x: (place % 2) * WIDTH,
    y: shown.length * ALARMS_HEIGHT + Math.floor(place / 2) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: { title, region, view: 'timeSeries', metrics: metrics.map(asLine) },
  })),
]

/** The dashboard shows the alarms, and what they look at. */
export const dashboard = new aws.cloudwatch.Dashboard('Dashboard', {
  dashboardName: `${$app.name}-${$app.stage}`,
  dashboardBody: $jsonStringify({ widgets }),
})
