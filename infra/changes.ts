import { blobs } from './blobs'
import { createFunction } from './function'
import { permissions } from './permissions'
import { events } from './tables'

const changes = createFunction('Changes', {
  description: 'Hands stored events on: to the lake, to webhooks',
  memory: '512 MB',
  timeout: '1 minute',
  permissions: permissions.changes,
})

new aws.lambda.EventSourceMapping('ChangesMapping', {
  eventSourceArn: events.nodes.table.streamArn,
  functionName: changes.arn,
  // TRIM_HORIZON misses nothing that is stored; LATEST could miss what is written while the mapping
  // is being made.
  startingPosition: 'TRIM_HORIZON',
  // The stream also has the items that time to live removes.
  filterCriteria: { filters: [{ pattern: JSON.stringify({ eventName: ['INSERT'] }) }] },
  // Fuller batches are fewer calls; nobody who waits for a webhook notices two seconds.
  batchSize: 500,
  maximumBatchingWindowInSeconds: 2,
  functionResponseTypes: ['ReportBatchItemFailures'],
  // A record that nobody can handle is alone after nine halvings, and then waits in the bucket for
  // `sweep`. Without these four a shard stands still for a day, and then loses the record.
  bisectBatchOnFunctionError: true,
  maximumRetryAttempts: 10,
  maximumRecordAgeInSeconds: 6 * 60 * 60,
  destinationConfig: { onFailure: { destinationArn: blobs.arn } },
})

export { changes }
