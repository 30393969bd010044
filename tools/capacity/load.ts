/** The load says what arrives, at a constant rate. */
export interface Load {
  /** The rate is in events a second. */
  eps: number
  /** An event as sent has so many bytes. */
  bytes: number
  /** A request has so many events. */
  batch: number
  /** The largest tenant sends this share of all events, 0 to 1. */
  largestTenant: number
  /** So many webhooks take every event, on average; most take few, some take all. */
  webhooks: number
}

/**
 * The usual load comes from a hundred schools of unlike size; Canvas sends one event a request,
 * sensors with a buffer twenty.
 */
export const usualLoad: Omit<Load, 'eps'> = {
  bytes: 1500,
  batch: 20,
  largestTenant: 0.2,
  webhooks: 0.1,
}

/**
 * These times are assumed for AWS. Nothing here can be measured without an account: each is what
 * the service documents as usual, to be replaced by a deployment's own figures (its dashboard has
 * them).
 */
export const assumed = {
  /**
   * The key look-up and the reply around one batch of conditional writes take single-digit ms each,
   * as documented.
   */
  apiFixedMs: 12,
  /**
   * Parsing, the report and compression take 0.1 ms an event on one arm64 vCPU; 1024 MB is 0.6 of
   * one.
   */
  apiEventMs: 0.2,
  /**
   * One request in a hundred comes while the table is busy and waits in the bucket: the first bell of a
   * new table makes as many of its day (757,000 of 86 million, `npm run capacity -- --eps 1000 --bell`).
   * Later ones find it grown.
   */
  spilledShare: 0.01,
  /**
   * One call in a hundred starts a sandbox, and its start is billed ("AWS Lambda standardizes billing for
   * INIT Phase"): 128 ms under its Node here (`bench/`), and as long again twice for what Lambda does.
   */
  startedShare: 0.01,
  startMs: 400,
  /** A write call has 25 statements; calls of one request go out side by side. */
  apiCallMs: 10,
  /** A sandbox of `api` starts in so long: three times what `npm run bench:coldstart` measures without Lambda. */
  apiStartMs: 600,
  /**
   * S3 answers small requests in 100 to 200 ms, as documented ("Best practices design patterns: optimizing
   * Amazon S3 performance"); what is measured from functions of the same region is a third of it.
   */
  s3Ms: 100,
  /** Unpacking a spilled request and asking S3 and the table three times take so much of one processor. */
  drainCpuMs: 4,
  apiMemoryGb: 1,
  /** `changes` makes two Firehose calls and one to SQS around decoding. */
  changesFixedMs: 80,
  changesEventMs: 0.15,
  changesMemoryGb: 0.5,
  /** `deliver` calls a target that answers as fast as the median of webhook receivers. */
  deliverMs: 300,
  deliverMemoryGb: 0.5,
  /** `follow` looks up who is followed, and is done where nobody is. */
  followBatchMs: 15,
  followMemoryGb: 0.5,
  streamMemoryGb: 0.25,
  /** A webhook message has so many events at a steady rate (`webhooks/message/payload.ts` allows 100). */
  eventsInMessage: 50,
} as const

/** Returns for how many milliseconds a request of `batch` events occupies an instance of `api`. */
export function apiRequestMs(batch: number): number {
  return assumed.apiFixedMs + assumed.apiCallMs + assumed.apiEventMs * batch
}

/** Returns for how many milliseconds a batch of `events` occupies an instance of `changes`. */
export function changesBatchMs(events: number): number {
  return assumed.changesFixedMs + assumed.changesEventMs * events
}
