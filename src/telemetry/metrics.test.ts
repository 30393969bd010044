import { expect, it } from 'bun:test'
import { createMetrics } from './metrics'

it('writes a line that CloudWatch makes metrics of: each is named, has a unit and a number', () => {
  const lines: string[] = []
  const metrics = createMetrics({ stage: 'production' }, (line) => void lines.push(line))
  metrics.ingest({ received: 20, rejected: 1, storeFailures: 0, ingestMs: 12.5 })

  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('\n')
  const { _aws, ...values } = JSON.parse(lines[0]!)
  expect(values).toEqual({
    Stage: 'production',
    Received: 20,
    Rejected: 1,
    StoreFailures: 0,
    IngestMs: 12.5,
    BatchSize: 20,
  })
  // The line must match the schema in "Specification: Embedded metric format", CloudWatch user
  // guide.
  expect(Number.isInteger(_aws.Timestamp)).toBe(true)
  const [directive] = _aws.CloudWatchMetrics
  expect(directive.Namespace).toBe('Nonius')
  expect(directive.Dimensions).toEqual([['Stage']])
  const named = directive.Metrics.map(({ Name }: { Name: string }) => Name)
  expect(named.toSorted()).toEqual(
    Object.keys(values)
      .filter((name) => name !== 'Stage')
      .toSorted(),
  )
})
