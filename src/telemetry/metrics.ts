/**
 * A measure says how one request with events fared. It has counts and times, never people or
 * content.
 */
export interface IngestMeasure {
  /** So many items could be told apart, whatever became of them. */
  received: number
  /** So many of them are in quarantine. */
  rejected: number
  /** The number is 1 when the hot store could not take them, so that the average is the rate. */
  storeFailures: 0 | 1
  /** The time runs from the request to its answer, in milliseconds. */
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
  // The number is the same as `Received`: CloudWatch gives the sum of one and the average of the
  // other, and an alarm reads better with a name for each.
  { Name: 'BatchSize', Unit: 'Count' },
]

/** These numbers say how things stand at a moment. */
const gauges = {
  /** So many closed days are not settled. */
  SettleBehindDays: 'Count',
  /** The oldest request, batch or record that was put aside (spilled or failed) has waited for so long. */
  PutAsideSeconds: 'Seconds',
  /** So many requests, batches and records are put aside, as far as they were counted. */
  PutAsideCount: 'Count',
  /** So long after it was written a probe of the stream was handled by whoever feeds lake and webhooks. */
  FeedProbeSeconds: 'Seconds',
  /** So long after it was written a probe of the stream was handled by whoever tells live readers. */
  LiveProbeSeconds: 'Seconds',
} as const

export type GaugeName = keyof typeof gauges

export interface Gauges {
  report(name: GaugeName, value: number): void
}

/** Reports how things stand, in lines such as those of `createMetrics`. */
export function createGauges(
  { stage }: { stage: string },
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Gauges {
  return {
    report(name, value) {
      const Metrics = [{ Name: name, Unit: gauges[name] }]
      const directive = { Namespace: 'Nonius', Dimensions: [['Stage']], Metrics }
      const _aws = { Timestamp: Date.now(), CloudWatchMetrics: [directive] }
      write(JSON.stringify({ _aws, Stage: stage, [name]: value }))
    },
  }
}

/**
 * Writes metrics as lines of the log, from which CloudWatch makes them by itself ("Embedded metric
 * format"): there is no call to wait for, and no charge for calls. Namespace `Nonius`, dimension
 * `Stage`.
 * @param write takes a line. It must not use `console`: Lambda's runtime puts a time before its
 * lines, which then are not JSON.
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
