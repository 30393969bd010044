import { streams } from '../archive'
import type { Metric } from '../metrics'
import type { Alarm } from './alarm'

/** These say how each stream of a retention class gets to the lake ("Monitor Amazon Data Firehose with CloudWatch"). */
export const archive = streams.flatMap(({ retentionClass, label: suffix, stream }): Alarm[] => {
  const metric = (of: string, stat: Metric['stat']): Metric => ({
    namespace: 'AWS/Firehose',
    name: of,
    stat,
    dimensions: { DeliveryStreamName: stream.name },
  })
  return [
    {
      name: `ArchiveFreshness${suffix}`,
      section: 'ArchiveFreshness',
      description: `What waits for the lake (${retentionClass}) has waited for 15 minutes`,
      metrics: { age: metric('DeliveryToS3.DataFreshness', 'Maximum') },
      expression: 'age',
      comparison: 'GreaterThanThreshold',
      threshold: 900, // three times the buffer
      periods: 2,
    },
    {
      name: `ArchiveConversion${suffix}`,
      section: 'ArchiveConversion',
      description: `Records (${retentionClass}) could not be written as Parquet: they are in errors/`,
      metrics: { failed: metric('FailedConversion.Records', 'Sum') },
      expression: 'failed',
      comparison: 'GreaterThanThreshold',
      threshold: 0,
      periods: 1,
    },
    {
      name: `ArchiveDelivery${suffix}`,
      section: 'ArchiveDelivery',
      description: `Firehose (${retentionClass}) fails to write to the lake's bucket`,
      // The share of its puts that S3 took.
      metrics: { taken: metric('DeliveryToS3.Success', 'Average') },
      expression: '100 * taken',
      comparison: 'LessThanThreshold',
      threshold: 99,
      periods: 2,
    },
    {
      name: `ArchiveThrottled${suffix}`,
      section: 'ArchiveThrottled',
      description: `Firehose (${retentionClass}) has refused records for a quarter of an hour`,
      metrics: { refused: metric('ThrottledRecords', 'Sum') },
      expression: 'refused',
      comparison: 'GreaterThanThreshold',
      threshold: 0,
      // The feed waits out shorter ones.
      periods: 3,
    },
  ]
})
