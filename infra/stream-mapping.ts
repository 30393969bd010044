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
    // The function finds the records that nobody can handle and sets them aside, one by one. What else
    // fails is waited for: after hours of a throttled Firehose, halves of halves of each batch would lie in the
    // bucket. Batches go there that are 20 hours old, since DynamoDB keeps a stream for 24
    // ("Lambda parameters for Amazon DynamoDB event source mappings").
    bisectBatchOnFunctionError: false,
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: 20 * 60 * 60,
    destinationConfig: { onFailure: { destinationArn: blobs.arn } },
  })
}
