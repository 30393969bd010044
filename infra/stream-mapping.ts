import { blobs } from './blobs'
import { events } from './tables'

/**
 * Has a function handle what was stored, as the stream of the events table brings it. A stream can be
 * followed by two, each of which goes at its own pace.
 */
export function followStoredEvents(name: string, functionName: $util.Input<string>) {
  new aws.lambda.EventSourceMapping(name, {
    eventSourceArn: events.nodes.table.streamArn,
    functionName,
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
}
