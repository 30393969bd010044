/** What arrives, as a rate that holds. */
export interface Load {
  /** Events a second. */
  eps: number
  /** Of an event as sent. */
  bytes: number
  /** Events in a request. */
  batch: number
  /** Share of all events that the largest tenant sends, 0 to 1. */
  largestTenant: number
  /** Webhooks that take every event, on average; most take few, some take all. */
  webhooks: number
}

/** A hundred schools of unlike size; Canvas sends one event a request, sensors with a buffer twenty. */
export const usualLoad: Omit<Load, 'eps'> = {
  bytes: 1500,
  batch: 20,
  largestTenant: 0.2,
  webhooks: 0.1,
}

/**
 * How long things take on AWS. Nothing here can be measured without an account: each is what the
 * service documents as usual, to be replaced by a deployment's own figures (its dashboard has them).
 */
export const assumed = {
  /** Key look-up and reply around one batch of conditional writes: single-digit ms each, documented. */
  apiFixedMs: 12,
  /** Parsing, the report, compression: 0.1 ms an event on one arm64 vCPU; 1024 MB is 0.6 of one. */
  apiEventMs: 0.2,
  /** A write call has 25 statements; calls of one request go out side by side. */
  apiCallMs: 10,
  apiMemoryGb: 1,
  /** `changes`: two Firehose calls and one to SQS around decoding. */
  changesFixedMs: 80,
  changesEventMs: 0.15,
  changesMemoryGb: 0.5,
  /** `deliver`: a target that answers as the median of webhook receivers does. */
  deliverMs: 300,
  deliverMemoryGb: 0.5,
  /** Events in a webhook message, at a steady rate (`webhooks/payload.ts` allows 100). */
  eventsInMessage: 50,
} as const

/** Milliseconds that a request of `batch` events keeps an instance of `api` busy. */
export function apiRequestMs(batch: number): number {
  return assumed.apiFixedMs + assumed.apiCallMs + assumed.apiEventMs * batch
}

/** Milliseconds that a batch of `events` keeps an instance of `changes` busy. */
export function changesBatchMs(events: number): number {
  return assumed.changesFixedMs + assumed.changesEventMs * events
}
