import { alarms } from './alarms'
import { asLine, ingestMetric } from './metrics'
import { region } from './stage'

// CloudWatch's grid is 24 wide; two graphs stand side by side.
const WIDTH = 12
const HEIGHT = 6

// Alarms that share a section of the runbook share a graph.
const sections = Map.groupBy(alarms, ({ name, section = name }) => section)

const graphs = [
  { title: 'Events', metrics: [ingestMetric('Received', 'Sum'), ingestMetric('Rejected', 'Sum')] },
  ...[...sections].map(([title, some]) => ({
    title,
    metrics: some.flatMap(({ metrics }) => Object.values(metrics)),
  })),
]

const widgets = [
  {
    type: 'alarm',
    x: 0,
    y: 0,
    width: 2 * WIDTH,
    height: 3,
    properties: { title: 'Alarms', alarms: alarms.map(({ resource }) => resource.arn) },
  },
  ...graphs.map(({ title, metrics }, place) => ({
    type: 'metric',
    x: (place % 2) * WIDTH,
    y: 3 + Math.floor(place / 2) * HEIGHT,
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
