/** What came of one request that brought events. Counts and times; never who or what. */
export interface IngestMeasure {
  /** Items that could be told apart, whatever became of them. */
  received: number
  /** Of them, how many are in quarantine. */
  rejected: number
  /** 1 when the hot store could not take them, so that the average is the rate. */
  storeFailures: 0 | 1
  /** From the request to its answer, in milliseconds. */
  ingestMs: number
}

export interface Metrics {
  ingest(measure: IngestMeasure): void
}

const definitions = [
  { Name: 'Received', Unit: 'Count' },
  { Name: 'Rejected', Unit: 'Count' },
  { Name: 'StoreFailures', Unit: 'Count' },
  { Name: 'IngestMs', Unit: 'Milliseconds' },
  // The same number as `Received`: CloudWatch gives the sum of one and the average of the other, and
  // an alarm reads better with a name for each.
  { Name: 'BatchSize', Unit: 'Count' },
]

/**
 * Metrics as lines of the log, from which CloudWatch makes them by itself ("Embedded metric format"):
 * no call to wait for, and no charge for calls. Namespace `Nonius`, dimension `Stage`.
 * @param write takes a line. Not by `console`, before whose lines Lambda's runtime puts a time: those
 * are no JSON.
 */
export function createMetrics(
  { stage }: { stage: string },
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Metrics {
  return {
    ingest({ received, rejected, storeFailures, ingestMs }) {
      const directive = { Namespace: 'Nonius', Dimensions: [['Stage']], Metrics: definitions }
      const line = {
        _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] },
        Stage: stage,
        Received: received,
        Rejected: rejected,
        StoreFailures: storeFailures,
        IngestMs: ingestMs,
        BatchSize: received,
      }
      write(JSON.stringify(line))
    },
  }
}
