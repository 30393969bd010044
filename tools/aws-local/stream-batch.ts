import type { DynamoDBRecord } from 'aws-lambda'

/**
 * The policy says how Lambda treats a batch that its function failed (`CreateEventSourceMapping`,
 * API reference).
 */
export interface FailurePolicy {
  /** The number is -1 for as long as the stream holds the records. */
  retries: number
  /** The age is in seconds; -1 for as long as the stream holds them. */
  maximumAge: number
  bisects: boolean
  /** The flag says whether the function reports which record was the first that failed. */
  reportsItemFailures: boolean
}

/** An invocation ended in one of these ways; a function that threw, or timed out, has `failed`. */
export type Invocation =
  | { kind: 'returned'; payload: unknown }
  | { kind: 'failed'; errorType: string; errorMessage: string }

/** Lambda gave up these records, for the failure destination. */
export interface Discarded {
  records: DynamoDBRecord[]
  condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded'
  invokeCount: number
  /**
   * This is the error of the last invocation; it is absent when there was none, or it only reported
   * failures.
   */
  functionError?: 'Unhandled'
}

interface Deps {
  policy: FailurePolicy
  invoke(records: DynamoDBRecord[]): Promise<Invocation>
  discard(discarded: Discarded): Promise<void>
  /** Resolves when the batch may be tried again. @param failures how many in a row, from 1 */
  pause(failures: number): Promise<void>
  now(): number
}

/**
 * Gives a batch to the function as Lambda does: in order, again after a failure, in halves where the
 * mapping bisects, until every record was handled or discarded ("Retain discarded records",
 * Lambda's guide for DynamoDB; splitting does not consume the retries).
 */
export async function handleBatch(batch: DynamoDBRecord[], deps: Deps): Promise<void> {
  const { policy, discard, now } = deps
  const waiting = [{ records: batch, failures: 0, invokeCount: 0 }]
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const { aged, young } = byAge(part.records, policy.maximumAge, now())
    const invokeCount = part.invokeCount + 1
    if (aged.length > 0) {
      await discard({
        records: aged,
        condition: 'RecordAgeExceeded',
        invokeCount: part.invokeCount,
      })
    }
    if (young.length === 0) continue
    const outcome = await deps.invoke(young)
    const failedAt = firstFailure(young, outcome, policy)
    if (failedAt === undefined) continue

    const rest = young.slice(failedAt)
    if (policy.bisects && failedAt > 0) {
      waiting.unshift({ records: rest, failures: part.failures, invokeCount })
    } else if (policy.bisects && outcome.kind === 'failed' && rest.length > 1) {
      const middle = Math.ceil(rest.length / 2)
      const halves = [rest.slice(0, middle), rest.slice(middle)]
      waiting.unshift(
        ...halves.map((records) => ({ records, failures: part.failures, invokeCount })),
      )
    } else if (policy.retries >= 0 && part.failures >= policy.retries) {
      const functionError = outcome.kind === 'failed' && { functionError: 'Unhandled' as const }
      const condition = 'RetryAttemptsExhausted'
      await discard({ records: rest, condition, invokeCount, ...functionError })
    } else {
      const failures = part.failures + 1
      await deps.pause(failures)
      waiting.unshift({ records: rest, failures, invokeCount })
    }
  }
}

function byAge(records: DynamoDBRecord[], maximumAge: number, now: number) {
  if (maximumAge < 0) return { aged: [], young: records }
  const oldest = now / 1000 - maximumAge
  const isAged = ({ dynamodb }: DynamoDBRecord) =>
    (dynamodb?.ApproximateCreationDateTime ?? Number.POSITIVE_INFINITY) < oldest
  return { aged: records.filter(isAged), young: records.filter((record) => !isAged(record)) }
}

/**
 * Finds where to go on; undefined when all is done. An answer that cannot be understood fails the
 * whole batch.
 */
function firstFailure(
  records: DynamoDBRecord[],
  outcome: Invocation,
  { reportsItemFailures }: FailurePolicy,
): number | undefined {
  if (outcome.kind === 'failed') return 0
  if (!reportsItemFailures) return undefined
  const failures = (outcome.payload as { batchItemFailures?: unknown } | null)?.batchItemFailures
  if (failures === undefined || failures === null) return undefined
  if (!Array.isArray(failures)) return 0
  if (failures.length === 0) return undefined
  const places = failures.map((failure) =>
    records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failure?.itemIdentifier),
  )
  return Math.max(Math.min(...places), 0)
}
