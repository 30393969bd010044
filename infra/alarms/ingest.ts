import { ingestMetric } from '../metrics'
import { isBatchSizeWatched } from '../settings'
import type { Alarm } from './alarm'

const received = ingestMetric('Received', 'Sum')

const batchSize: Alarm = {
  name: 'BatchSize',
  description: 'Senders bring fewer than two events a request: what they cost is requests',
  metrics: { size: ingestMetric('BatchSize', 'Average'), received },
  // The few events that a school sends on a Sunday cost nothing either way.
  expression: 'IF(received >= 1000, size, 2)',
  comparison: 'LessThanThreshold',
  threshold: 2,
  periods: 12,
}

/** These say how requests with events fare. */
export const ingest: Alarm[] = [
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
    metrics: {
      p95: ingestMetric('IngestMs', 'p95'),
      requests: ingestMetric('IngestMs', 'SampleCount'),
    },
    // The slowest of fewer are those that started an instance. CloudWatch itself trusts a p95 from 200
    // samples on ("Percentile-based CloudWatch alarms and low data samples").
    expression: 'IF(requests >= 200, p95, 0)',
    comparison: 'GreaterThanThreshold',
    threshold: 100,
    periods: 3,
  },
  // Most sensors send single events, which nobody can change at once.
  ...(isBatchSizeWatched ? [batchSize] : []),
]
