import type { Metric } from '../metrics'

/** An alarm shows something that somebody should look at; docs/aws.md has a section for each. */
export interface Alarm {
  name: string
  /** Names the section of the runbook, where several alarms share one. */
  section?: string
  description: string
  metrics: Record<string, Metric>
  /**
   * Computes the watched number from the metrics, by their names. What may be missing is filled: until a
   * whole range of points is missing, CloudWatch evaluates those of before ("Configuring how CloudWatch
   * alarms treat missing data"), and of tables it does not judge missing ones at all.
   */
  expression: string
  comparison: 'GreaterThanThreshold' | 'LessThanThreshold'
  threshold: number
  /** Says for how many periods of its metrics, five minutes mostly, it must last. */
  periods: number
  /** If true, no word is a bad sign: what reports it has stopped. */
  isHeardAlways?: true
}

/** Adds metrics up, of which some may be missing. */
export function sumOf(metrics: Record<string, Metric>): string {
  return Object.keys(metrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(' + ')
}
