import { expect, it, setDefaultTimeout } from 'bun:test'
import { prices } from '../../../tools/cost/prices'
import { graphOf, ofType } from '../../support/graph/graphs'
import { read } from '../../support/repository'

setDefaultTimeout(240_000) // a synthesis takes 15 s on two idle cores

const document = read('docs/aws.md')

it('has a section of the runbook for every alarm', () => {
  const named = ofType(graphOf('ci'), 'MetricAlarm').map(
    ({ inputs }) => /See docs\/aws\.md, (\w+)\.$/.exec(inputs.alarmDescription)![1]!,
  )
  // This one is there only where it is asked for (`NONIUS_ALARM_BATCH_SIZE`).
  named.push('BatchSize')
  const sections = document.split('\n').flatMap((line) => line.match(/^### (\w+)$/)?.[1] ?? [])
  expect(sections.toSorted()).toEqual([...new Set(named)].sort())
})

it('says what a deployment costs to which nothing is sent', () => {
  const graph = graphOf('ci')
  const queries = ofType(graph, 'MetricAlarm').flatMap(({ inputs }) => inputs.metricQueries)
  const metrics = queries.flatMap(({ metric }) => (metric ? [metric] : []))
  // A metric of our own costs whether an alarm looks at it or not.
  const own = new Set([
    ...metrics.filter(({ namespace }) => namespace === 'Nonius').map((one) => one.metricName),
    'BatchSize',
  ])
  const count = (type: string) => ofType(graph, type).length
  const usd =
    metrics.length * prices.alarm.usd +
    own.size * prices.metric.usd +
    count('Dashboard') * prices.dashboard.usd +
    count('Key') * prices.kmsKey.usd
  // Besides, some cents: Lambda asks an empty queue and calls the sweep.
  expect(Math.ceil(usd)).toBe(16)
  expect(document).toContain('US$ 16 a month')
  expect(read('docs/cost.md')).toContain('US$ 16 a month')
})
