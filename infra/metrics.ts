type Query = aws.types.input.cloudwatch.MetricAlarmMetricQuery

/** A metric of CloudWatch covers five minutes, as a part of an alarm's arithmetic. */
export interface Metric {
  namespace: string
  name: string
  stat: 'Sum' | 'Average' | 'Maximum' | 'p95' | 'SampleCount'
  dimensions: Record<string, $util.Input<string>>
  /** It is of so many seconds, where five minutes are too short. */
  period?: number
}

// The period is five minutes: an hour of them shows a trend, and one of them is not a single slow
// request.
const PERIOD_S = 300

/** Names a metric that the functions report of ingest (`src/telemetry/metrics.ts`). */
export function ingestMetric(name: string, stat: Metric['stat']): Metric {
  return { namespace: 'Nonius', name, stat, dimensions: { Stage: $app.stage } }
}

/** Names a metric that a function reports once a call, with the time between two calls. */
export function gauge(name: string, period = PERIOD_S): Metric {
  return { ...ingestMetric(name, 'Maximum'), period }
}

/** Names what Lambda counts of a function ("Types of metrics for Lambda functions", Lambda's guide). */
export function ofFunction(
  { name: FunctionName }: { name: $util.Input<string> },
  name: string,
  { stat = 'Sum', period = PERIOD_S }: { stat?: Metric['stat']; period?: number } = {},
): Metric {
  return { namespace: 'AWS/Lambda', name, stat, period, dimensions: { FunctionName } }
}

export function asQuery(id: string, asked: Metric): Query {
  const { namespace, name, stat, dimensions, period = PERIOD_S } = asked
  const metric = { namespace, metricName: name, dimensions, stat, period }
  return { id, metric, returnData: false }
}

/** Makes a line of a dashboard's graph. */
export function asLine({ namespace, name, stat, dimensions, period = PERIOD_S }: Metric) {
  const pairs = Object.entries(dimensions).flat()
  return [namespace, name, ...pairs, { stat, period }]
}
