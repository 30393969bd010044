import { gauge, type Metric } from '../metrics'
import { deadLetters, drainLetters } from '../queues'
import type { Alarm } from './alarm'

function ofQueue(QueueName: $util.Input<string>, name: string): Metric {
  return { namespace: 'AWS/SQS', name, stat: 'Maximum', dimensions: { QueueName } }
}

/** These say that something waits which should not. */
export const waiting: Alarm[] = [
  {
    name: 'DeadLetters',
    description: 'A delivery could not be handled at all',
    metrics: {
      visible: ofQueue(deadLetters.nodes.queue.name, 'ApproximateNumberOfMessagesVisible'),
    },
    expression: 'visible',
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    periods: 1,
  },
  {
    name: 'DrainLetters',
    description: 'What was put aside could not be taken up at all',
    metrics: {
      visible: ofQueue(drainLetters.nodes.queue.name, 'ApproximateNumberOfMessagesVisible'),
    },
    expression: 'visible',
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    periods: 1,
  },
  {
    name: 'SettleBehind',
    description: 'The lake has not been settled for two days, or nothing says that it was',
    // The function is called every hour.
    metrics: { days: gauge('SettleBehindDays', 60 * 60) },
    expression: 'FILL(days, 99)',
    comparison: 'GreaterThanThreshold',
    threshold: 2,
    periods: 6,
    isHeardAlways: true,
  },
  {
    name: 'PutAsideAge',
    description:
      'What was put aside has waited for an hour, or nothing says for how long it has waited',
    metrics: { age: gauge('PutAsideSeconds') },
    expression: 'FILL(age, 7200)',
    comparison: 'GreaterThanThreshold',
    threshold: 3600, // the sweep comes by every five minutes
    periods: 3,
    isHeardAlways: true,
  },
  {
    name: 'PutAsideCount',
    description: 'More than 10,000 requests and batches have been put aside for half an hour',
    metrics: { count: gauge('PutAsideCount') },
    // A bell's worth is stored within minutes, at a thousand a second. Who reports nothing is heard by
    // the age.
    expression: 'count',
    comparison: 'GreaterThanThreshold',
    threshold: 10_000,
    periods: 6,
  },
]
