import { tables as shapes } from '../../src/platform/aws/deployed/tables'
import type { Metric } from '../metrics'
import { indexes } from '../settings'
import { deliveries, documents, events, live, quarantine, registry, statements } from '../tables'
import { type Alarm, sumOf } from './alarm'

// The indexes of each are those that are deployed.
const watched = [
  { name: 'Events', table: events, indexes: [...indexes] },
  { name: 'Registry', table: registry, indexes: [] },
  { name: 'Quarantine', table: quarantine, indexes: [] },
  { name: 'Documents', table: documents, indexes: [] },
  { name: 'Statements', table: statements, indexes: [] },
  {
    name: 'Deliveries',
    table: deliveries,
    indexes: shapes.deliveries.indexes.map((one) => one.name),
  },
  { name: 'Live', table: live, indexes: [] },
]

// Retries of the SDK take a few in stride, and a table that is splitting refuses some.
const MOST = 50

/**
 * These say that a table goes on refusing. The number of a table has none of its indexes ("CloudWatch
 * throttling metrics", DynamoDB's guide). Reads by index are left out: an alarm may look at ten metrics, and a
 * table with all six indexes has nine without them.
 */
export const tables = watched.map(({ name, table, indexes }): Alarm => {
  const metric = (of: string, index?: string): Metric => ({
    namespace: 'AWS/DynamoDB',
    name: of,
    stat: 'Sum',
    dimensions: { TableName: table.name, ...(index && { GlobalSecondaryIndexName: index }) },
  })
  const metrics: Record<string, Metric> = {
    writes: metric('WriteThrottleEvents'),
    reads: metric('ReadThrottleEvents'),
    ...Object.fromEntries(
      indexes.map((index) => [`by_${index}`, metric('WriteThrottleEvents', index)]),
    ),
  }
  return {
    name: `TableThrottles${name}`,
    section: 'TableThrottles',
    description: `Table ${name} has refused writes or reads for a quarter of an hour`,
    metrics,
    expression: sumOf(metrics),
    comparison: 'GreaterThanThreshold',
    threshold: MOST,
    periods: 3,
  }
})
