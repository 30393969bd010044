import { evaluateExpression, type Series } from './expression'
import type { MetricStore } from './metric-store'

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'

/** These inputs of an alarm in the graph are understood. */
export interface DeclaredAlarm {
  name: string
  metricQueries: MetricQuery[]
  comparisonOperator: string
  threshold: number
  evaluationPeriods: number
  datapointsToAlarm?: number
  treatMissingData?: string
}

interface MetricQuery {
  id: string
  expression?: string
  returnData?: boolean
  metric?: {
    namespace: string
    metricName: string
    stat: string
    period: number
    dimensions: Record<string, string>
  }
}

// CloudWatch looks at more points than it evaluates. It says of three that these are five, and nothing of
// other numbers.
const MORE_POINTS = 2

/** Evaluates an alarm at a moment, over periods that are over. @param before the state until then */
export function evaluateAlarm(
  alarm: DeclaredAlarm,
  store: MetricStore,
  now: number,
  before: AlarmState,
): AlarmState {
  const metrics = alarm.metricQueries.filter(({ metric }) => metric !== undefined)
  const value = alarm.metricQueries.find(({ returnData }) => returnData)
  if (value?.expression === undefined) throw new Error(`${alarm.name} computes nothing`)
  const count = alarm.evaluationPeriods + MORE_POINTS
  const series = Object.fromEntries(
    metrics.map(({ id, metric }) => [id, store.series(metric!, now, count)]),
  )
  const isOfTables = metrics.some(({ metric }) => metric!.namespace === 'AWS/DynamoDB')
  return stateOf(evaluateExpression(value.expression, series), {
    isBreaching: breaching(alarm),
    periods: alarm.evaluationPeriods,
    points: alarm.datapointsToAlarm ?? alarm.evaluationPeriods,
    // "Alarms that evaluate metrics in the AWS/DynamoDB namespace always ignore missing data" (PutMetricAlarm).
    missing: isOfTables ? 'ignore' : (alarm.treatMissingData ?? 'missing'),
    before,
  })
}

function breaching({ comparisonOperator, threshold, name }: DeclaredAlarm) {
  if (comparisonOperator === 'GreaterThanThreshold') return (value: number) => value > threshold
  if (comparisonOperator === 'LessThanThreshold') return (value: number) => value < threshold
  throw new Error(`${name}: ${comparisonOperator} is not understood`)
}

interface Rules {
  isBreaching(value: number): boolean
  /** So many points are evaluated. */
  periods: number
  /** So many of them must be breaching. */
  points: number
  missing: string
  before: AlarmState
}

/**
 * Judges the points of an evaluation range ("How alarm state is evaluated when data is missing", CloudWatch's
 * guide): as many as are evaluated are taken of those that are there, the latest first; only where they are
 * fewer do missing points count.
 */
export function stateOf(range: Series, rules: Rules): AlarmState {
  const { isBreaching, periods, points, missing, before } = rules
  const there = range.filter((one) => one !== undefined).slice(-periods)
  const breached = there.filter(isBreaching).length
  const absent = periods - there.length
  const counted = missing === 'breaching' ? breached + absent : breached
  if (counted >= points) return 'ALARM'
  const isKnown = absent === 0 || missing === 'breaching' || missing === 'notBreaching'
  if (isKnown || breached < there.length) return 'OK'
  return missing === 'ignore' ? before : 'INSUFFICIENT_DATA'
}
